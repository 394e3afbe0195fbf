"""Documents as files: plain data in, docx out, in the layout of GB/T 9704-2012 (PROCEDURE §7). No store, no clock."""

from hotline.documents.brief import brief_docx as brief_docx
from hotline.documents.letter import letter_number as letter_number
from hotline.documents.letter import supervision_letter_docx as supervision_letter_docx
from hotline.documents.mark import marked as marked
from hotline.documents.papers import NAMES as NAMES
from hotline.documents.papers import letter_docx as letter_docx
from hotline.documents.papers import letter_file as letter_file
