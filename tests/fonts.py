"""Whether a PDF can be drawn on this machine: it needs an installed Chinese font."""

import pytest

from hotline.documents import NoChineseFont
from hotline.documents.as_pdf import _faces, _fonts


def _has_fonts() -> bool:
    try:
        return bool(_faces(tuple(_fonts().families())))
    except NoChineseFont:
        return False


HAS_FONTS = _has_fonts()
with_fonts = pytest.mark.skipif(not HAS_FONTS, reason="no Chinese font here")
