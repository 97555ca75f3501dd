"""No deadline for a single example: a busy machine is no fault."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("quoth-ui", deadline=None)
settings.load_profile("quoth-ui")
