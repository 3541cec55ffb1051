"""The civic services, in the order in which the front page offers them. A new one is a line here."""

from flask import Blueprint

SERVICES: tuple[Blueprint, ...] = ()
