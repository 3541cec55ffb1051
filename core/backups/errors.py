"""What can be wrong with a backup."""

from core.errors import Problem


class BadBackup(Problem):
    """The file is no whole backup of ours, or not for this code, server or key; nothing was touched."""
