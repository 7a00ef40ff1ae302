"""AutoML: its classes hold their arguments; submitting is refused with what to do instead."""
