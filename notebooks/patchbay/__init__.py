"""A company's figures in a notebook: the same measures as the wallboard, as frames.

    import patchbay

    figures = patchbay.connect()                  # PATCHBAY_URL and PATCHBAY_TOKEN
    figures.intervals("2026-11-01", "2026-11-30", size="day")

A key is made with `python -m backend report-token --tenant NAME --make "my notebook"`.
"""

from patchbay.figures import Figures, Refused, connect

__all__ = ["Figures", "Refused", "connect"]
