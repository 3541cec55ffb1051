"""What can be wrong with a backup. The command line tells it, in English: no page ever does."""

from core.errors import Problem


class BadBackup(Problem):
    """The file is no whole backup of ours, or not for this code, server or key; nothing was touched."""


class NotDone(Problem):
    """It cannot be done here and now; the old state is whole."""
