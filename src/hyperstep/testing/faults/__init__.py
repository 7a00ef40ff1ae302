"""Fault injection that ships: a sweep under kills, stops, full disks and odd metrics ends as the undisturbed one.

``python -m hyperstep.testing.faults`` tries the shipped subjects, ``… -- pipeline.py ARGS`` the user's own.
"""
