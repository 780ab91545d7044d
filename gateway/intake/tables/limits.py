"""Every limit of a table file, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Bounds on one file. Sizes in bytes unless a name says otherwise, times in seconds."""

    file_bytes: int = 64 * 1024 * 1024  # 200,000 rows of the wholesale day have 50 MiB
    unzipped_bytes: int = 512 * 1024 * 1024  # the XML of 200,000 such rows has some 350 MiB
    strings_bytes: int = 64 * 1024 * 1024  # of shared strings, which are held in memory while a workbook is read
    part_bytes: int = 1024 * 1024  # of any other part but a sheet; a table has some 50 KiB
    part_marks: int = (
        40_000  # "<" in such a part: an empty style is five bytes of XML and a kilobyte in memory; a table has 2,000
    )
    row_bytes: int = 1024 * 1024  # XML of one row of a sheet, held as a tree: 256 cells of 1,000 characters
    beside_bytes: int = 2 * 1024 * 1024  # XML of a sheet that lies in no row: merged cells, links, rules
    blank_rows: int = 1_000  # rows that a sheet's XML may have besides: the head, an example, blank lines
    blank_lines: int = 400_000  # of all sheets of a workbook, missing rows too: openpyxl makes each, and reads a sheet twice
    zip_members: int = 1_000  # parts of a workbook; a table has about ten
    rows: int = 200_000  # a market's busiest day has a tenth of it
    columns: int = 256
    line_chars: int = 1024 * 1024  # one line of CSV text, or one line of NDJSON
    record_chars: int = 256 * 1024  # one CSV record of several lines
    line_values: int = 100_000  # JSON values on one line: a document of the city platform with its batches
    json_bytes: int = 10 * 1024 * 1024  # a JSON file is parsed whole
    json_values: int = 1_000_000
    text_chars: int = 1_000  # of one cell
    faults: int = 500  # listed in an answer; the rejected file has all of them
    warnings_of_code: int = 50  # listed in an answer
    events: int = 500  # listed in an answer
    chunk_events: int = 200  # taken in one database transaction
    upload_s: float = 600.0  # 64 MiB over a clerk's line


TABLE_LIMITS: Final = TableLimits()
