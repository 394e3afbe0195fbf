"""Documents as files: plain data in, docx or PDF out, laid out by GB/T 9704-2012 (PROCEDURE §7). No store, no clock.

The content is put on a `Sheet` once; `docx_of` and `pdf_of` render any sheet.
"""

from hotline.documents.as_docx import docx_of as docx_of
from hotline.documents.as_pdf import NoChineseFont as NoChineseFont
from hotline.documents.as_pdf import pdf_of as pdf_of
from hotline.documents.brief import brief_sheet as brief_sheet
from hotline.documents.letters import NAMES as NAMES
from hotline.documents.letters import letter_file as letter_file
from hotline.documents.letters import letter_sheet as letter_sheet
from hotline.documents.sheet import Sheet as Sheet
from hotline.documents.supervision_letter import letter_number as letter_number
