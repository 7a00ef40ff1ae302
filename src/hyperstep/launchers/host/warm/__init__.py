"""Warm servers, as the trial host sees them: who may be forked from one, and how one is started, used and ended.

What runs in such a server, and how host and server talk, is in ``hyperstep_trial.warm``.
"""
