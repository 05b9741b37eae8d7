"""Workbooks of the kinds nothing here writes: Excel 97 (.xls) and binary (.xlsb).

Two sales each: id, a code with zeros in front, a day, an amount, whether it is paid.
"""

import base64
import gzip
import io
import struct
import zipfile

XLS_PACKED = (
    "ABzY8000000t4+>OK4L;6g~4kX%d=Wn+mN^LcprEh1M<<p+=?JRZ7)`9|TQJ79lYyNsH)0t2HZ81XqfiLS4A2y77"
    "Ywx^p44=t2+*i7s6U3SG2$-"
    "ns9krct2*EmqzMb7$_InKL)<&gadWn++7F9=4TGgWXV3He7I2*#sq5Me&2`4MP?yxs#G%V_m`Jq(C}!JoCJ1kTI0"
    ";E<wQq?G;JjBc&4<#ZWer2(2OZu@5mJeds4CaEB~jw6a%CEKjp+W_h1mK4-"
    "ayE!SA~Q`@3Aj@igi=T2)DA63F!=Y`~b%zZwvr57!DEobq?8^Ua>V{a}QORuwvcC8W9pnwi0GKrkjeYguZaE#C$j"
    "dl+V6cMCgPve^r0=`yO^~;cLUt7BX*%wyY8-8PVQV?tHHx&(-"
    "fN_c!NdX>&HCdzMa4en3FJhOR2b^ezC*vxRPmNQPd^R1Y)gC*O9nXxBJ{n8Lb)ctbNAGqk?{mu?pLYoViXFnkE2o"
    "iU96l}wc>Vav#l?GH-bP1;BPZE1!KZ?Gc5ITa!oVfjgF1V;Muq7v(8)cvvAoQz8@b%ZGDvMG?-"
    "*{e3I`^+%@wZgpmF*b?;@M4%3G*h_<Zn5d*M@LE0t#kOXq_#?;}$P(^(d${_;18F3}}!-"
    ";#J5spP`iXXaV9{<P;f6~E=XVI7b@EXh?y2(UCY`E<mxrdZF))Kt>cWlbYZvzSE<^99Atwg5*!winDSpWF-bR1j+"
    "uuFpyStId*GSDa+kcy!6A{DM(oMz_UiM$%z1D$MwZ8P&53hRLWfBfTLgR42RBe)|J%*sx*4h7B7wY}ojhA<TOLzk"
    "_Pld$_~8FUapYOO(p?XOjOGhmfV;7+os&BSU!(=jxh28=#8{msn+=%J)KvBQ$yrDU7fmsk-Mc-"
    "BLvL|5<fM|DRhz^^RYz$Irh!{&xyxlQaMp000"
)
# Of BIFF8: an empty setting of the interface, and the record that says a workbook is encrypted.
_INTERFACE, _FILEPASS = bytes.fromhex("e1000200b004"), bytes.fromhex("2f000200b004")
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.'
    'macroEnabled.main"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-'
    'package.relationships+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
    'relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
    'officeDocument/2006/relationships/{}" Target="{}"/></Relationships>'
)


def build_xls() -> bytes:
    """As xlwt wrote it."""
    return gzip.decompress(base64.b85decode(XLS_PACKED))


def build_locked_xls() -> bytes:
    """The same, said to be encrypted. Source: MS-XLS, section 2.4.117."""
    return build_xls().replace(_INTERFACE, _FILEPASS, 1)


def build_xlsb(name: str = "Sales") -> bytes:
    """A sheet of two sales, record by record. Source: MS-XLSB, sections 2.1.7 and 2.4."""
    sheet = _record(129) + _record(148, struct.pack("<4I", 0, 2, 0, 4)) + _record(145)
    head = ("id", "sku", "sold", "amount", "paid")
    for at, cells in enumerate(
        (head, (1, "00712", 46115, 12.5, True), (2, "00713", 46125, -1234.56, False))
    ):
        sheet += _record(0, struct.pack("<4I", at, 0, 300, 0) + bytes(5))
        sheet += b"".join(_cell(column, value) for column, value in enumerate(cells))
    sheet += _record(146) + _record(130)
    bundle = struct.pack("<2I", 0, 1) + _text("rId1") + _text(name)
    # Cell formats: the second one shows a day (14).
    formats = [struct.pack("<2H", 0, kind).ljust(16, b"\0") for kind in (0, 14)]
    styles = _record(278) + _record(617, struct.pack("<I", 2))
    styles += b"".join(_record(47, one) for one in formats) + _record(618)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", _TYPES)
        archive.writestr("_rels/.rels", _RELATIONS.format("officeDocument", "xl/workbook.bin"))
        archive.writestr(
            "xl/workbook.bin",
            _record(131) + _record(143) + _record(156, bundle) + _record(144) + _record(132),
        )
        archive.writestr(
            "xl/_rels/workbook.bin.rels", _RELATIONS.format("worksheet", "worksheets/sheet1.bin")
        )
        archive.writestr("xl/styles.bin", styles + _record(279))
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
    return out.getvalue()


def _cell(column: int, value: object) -> bytes:
    style = 1 if column == 2 and not isinstance(value, str) else 0
    place = struct.pack("<2I", column, style)
    if isinstance(value, bool):
        return _record(4, place + bytes([value]))
    if isinstance(value, str):
        return _record(6, place + _text(value))
    return _record(5, place + struct.pack("<d", value))


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _record(kind: int, data: bytes = b"") -> bytes:
    """Kind and length in seven bits a byte, the lowest first."""
    return _varint(kind) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    found = bytearray()
    while True:
        number, low = number >> 7, number & 0x7F
        found.append(low | 0x80 if number else low)
        if not number:
            return bytes(found)
