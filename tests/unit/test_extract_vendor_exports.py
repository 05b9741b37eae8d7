"""Exports as vendors and banks write them, with preambles, totals and few records, without a hint.

Made up after the vendors' own descriptions: Amazon's date range and settlement reports, eBay's and
PayPal's transactions, QuickBooks' and Xero's lists, Google Ads and LinkedIn (UTF-16), DATEV, ING,
DKB, Bank of America, SAP, Alipay.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.test_extract_csv_layouts import read

AMAZON = (
    '"Includes Amazon Marketplace, Fulfillment by Amazon (FBA), and Amazon Webstore transactions"\n'
    '"All amounts in USD, unless specified"\n"Definitions:"\n'
    '"Sales tax collected: Includes sales tax collected for sales, shipping, and gift wrap."'
    '\n"Selling fees: Includes variable closing fees and referral fees."\n'
    '"Other transaction fees: Includes shipping chargebacks, and sales tax collection fees."\n'
    '"Other: Includes non-order amounts. See the ""Type"" and ""Description"" columns."\n'
    '"date/time","settlement id","type","order id","sku","quantity","product sales","total"\n'
)
AMAZON_ROW = '"Mar 1, 2026 1:05:01 AM PST","123","Order","113-1","0012","1","1,234.50","1,100.00"\n'
LINKEDIN = (
    'Campaign Performance Report (in UTC)\n"Report Start: March 1, 2026, 12:00 AM"\n'
    '"Report End: March 31, 2026, 11:59 PM"\n"Date Generated: April 1, 2026, 1:00 AM"\n\n'
    "Start Date (in UTC)\tAccount Name\tCampaign ID\tImpressions\tTotal Spent\n"
    "03/13/2026\tAcme\t123456789\t2,000\t20.00\n"
)
ALIPAY = (
    "支付宝交易记录明细查询\n账号:[a@x.com]\n起始日期:[2026-03-01 00:00:00]\n"
    f"{'-' * 33}交易记录明细列表{'-' * 36}\n"
    "交易号                  ,商家订单号               ,金额（元）   ,收/支     ,\n"
    f"2026030122001412345678901234\t,T200P1\t,12.50   ,支出      ,\n{'-' * 84}\n共1笔记录\n"
)
DATEV = (
    '"EXTF";700;21;"Buchungsstapel";13;20260401120000000;;"RE";"";"";29098;55003;20260101;4;'
    '20260301;20260331;"Maerz"\n'
    "Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;Konto;Belegdatum;"
    'Belegfeld 1\n119,00;"S";1200;0103;"R-1"\n1234,5;"H";1200;1503;"R-2"\n'
)
EBAY = (
    '"Transaction report",,,,\n"--",,,,\n"Seller","shop",,,\n"Start date","1-Mar-2026",,,\n\n'
    '"Transaction creation date","Type","Order number","Net amount","Payout currency"\n'
    '"1-Mar-2026","Order","12-12345-12345","12.50","USD"\n"2-Mar-2026","Payout","--","-12.50","USD"\n'
)
PAYPAL = (
    '\ufeff"Datum","Uhrzeit","Zeitzone","Name","Währung","Brutto","Gebühr"\n'
    '"01.03.2026","10:05:06","Europe/Berlin","Ann","EUR","1.234,56","-36,10"\n'
    '"02.03.2026","10:05:06","Europe/Berlin","Bob","EUR","5,00","-0,52"\n'
)
GOOGLE = (
    'Campaign report\n"March 1, 2026 - March 31, 2026"\nCampaign,Currency code,Clicks,CTR,Cost\n'
    'Brand,EUR,"1,234",2.17%,641.68\nSearch,EUR,12,1.0%,1.20\nTotal: Campaigns,EUR,"1,246",2.19%,'
    '642.88\nTotal: Account,EUR,"1,246",2.19%,642.88\n'
)
QUICKBOOKS = (
    '"Acme LLC",,,,\n"Transaction List by Date",,,,\n"March 2026",,,,\n'
    '"Date","Transaction Type","Num","Name","Amount"\n'
    '"03/01/2026","Invoice","1001","Ann","1,200.00"\n'
    '"03/15/2026","Payment","","Ann","-1,200.00"\n,,,,\n'
    '"Tuesday, Mar 31, 2026 10:05 AM GMT-7",,,,\n'
)
XERO = (
    "Account Transactions,,,,\nDemo Company,,,,\nFor the period 1 March 2026 to 31 March 2026,,,,\n"
    ",,,,\nDate,Source,Description,Debit,Credit\n,,,,\nSales,,,,\n"
    '13 Mar 2026,Receivable Invoice,Ann,,"1,200.00"\n14 Mar 2026,Receivable Invoice,Bob,,80.00\n'
    'Total Sales,,,0.00,"1,280.00"\n,,,,\nTotal,,,0.00,"1,280.00"\n'
)
ING = (
    "Umsatzanzeige;Datei erstellt am: 31.03.2026 10:05\n\nIBAN;DE12 5001 0517 0648 4898 90\n"
    "Zeitraum;01.03.2026 - 31.03.2026\nSaldo;1.234,56;EUR\n\nSortierung;Datum absteigend\n\n"
    "Die vorgemerkten Umsätze werden nicht aufgenommen.\n\n"
    "Buchung;Auftraggeber/Empfänger;Saldo;Betrag\n31.03.2026;REWE;1.234,56;-12,50\n"
    "30.03.2026;Bob;1.247,06;1.000,00\n"
)
BOFA = (
    "Description,,Summary Amt.\nBeginning balance as of 03/01/2026,,1000.00\n"
    "Total credits,,100.00\n"
    "\n"
    "Date,Description,Amount,Running Bal.\n03/13/2026,CHECK 0012,-12.50,987.50\n"
    "03/14/2026,DEP,100.00,1087.50\n"
)
SAP = (
    "|Dokument |Buch.dat. |Betrag|\n|100000001|01.03.2026|1.234,56-|\n"
    "|100000002|02.03.2026|500,00|\n"
)


@dataclass(frozen=True)
class Export:
    """`row` is the first record; `aside` reasons of quarantine; `told` words of some notice."""

    content: str
    columns: list[str]
    row: tuple[Any, ...]
    count: int
    aside: list[str] = field(default_factory=list)
    told: tuple[str, ...] = ()
    encoding: str = "utf-8"


_AMAZON_COLUMNS = ["date_time", "settlement_id", "type", "order_id", "sku", "quantity"]
_AMAZON_COLUMNS += ["product_sales", "total"]
_AMAZON_FIRST = ("Mar 1, 2026 1:05:01 AM PST", "123", "Order", "113-1", "0012", "1")
_AMAZON_FIRST += ("1,234.50", "1,100.00")
EXPORTS = {
    f"Amazon, {count} records": Export(
        AMAZON + AMAZON_ROW * count, _AMAZON_COLUMNS, _AMAZON_FIRST, count, told=("lines 1 to 7",)
    )
    for count in (1, 2, 7, 40)
} | {
    "LinkedIn, one record": Export(
        LINKEDIN,
        ["start_date_in_utc", "account_name", "campaign_id", "impressions", "total_spent"],
        ("03/13/2026", "Acme", "123456789", "2,000", "20.00"),
        1,
        told=("lines 1 to 4",),
        encoding="utf-16",
    ),
    "Alipay, one record": Export(
        ALIPAY,
        ["jiao_yi_hao", "shang_jia_ding_dan_hao", "jin_e_yuan", "shou_zhi"],
        ("2026030122001412345678901234\t", "T200P1\t", "12.50   ", "支出      "),
        1,
        aside=["footnote", "footnote"],
        told=("gb18030", "lines 1 to 4"),
        encoding="gb18030",
    ),
    "DATEV": Export(
        DATEV,
        ["umsatz_ohne_soll_haben_kz", "soll_haben_kennzeichen", "konto", "belegdatum",
         "belegfeld_1"],
        ("119,00", "S", "1200", "0103", "R-1"), 2, told=("line 1 above",),
    ),
    "eBay": Export(
        EBAY,
        ["transaction_creation_date", "type", "order_number", "net_amount", "payout_currency"],
        ("1-Mar-2026", "Order", "12-12345-12345", "12.50", "USD"), 2, told=("lines 1 to 4",),
    ),
    "PayPal": Export(
        PAYPAL, ["datum", "uhrzeit", "zeitzone", "name", "wahrung", "brutto", "gebuhr"],
        ("01.03.2026", "10:05:06", "Europe/Berlin", "Ann", "EUR", "1.234,56", "-36,10"), 2,
    ),
    "Google Ads": Export(
        GOOGLE, ["campaign", "currency_code", "clicks", "ctr", "cost"],
        ("Brand", "EUR", "1,234", "2.17%", "641.68"), 2,
        aside=["totals_row", "totals_row"], told=("lines 1 to 2",),
    ),
    "QuickBooks": Export(
        QUICKBOOKS, ["date", "transaction_type", "num", "name", "amount"],
        ("03/01/2026", "Invoice", "1001", "Ann", "1,200.00"), 2,
        aside=["footnote"], told=("lines 1 to 3",),
    ),
    "Xero": Export(
        XERO, ["date", "source", "description", "debit", "credit"],
        ("13 Mar 2026", "Receivable Invoice", "Ann", None, "1,200.00"), 2,
        aside=["footnote", "totals_row", "totals_row"], told=("lines 1 to 3",),
    ),
    "ING, one record": Export(
        ING.removesuffix("30.03.2026;Bob;1.247,06;1.000,00\n"),
        ["buchung", "auftraggeber_empfanger", "saldo", "betrag"],
        ("31.03.2026", "REWE", "1.234,56", "-12,50"), 1, encoding="latin-1",
    ),
    "ING": Export(
        ING, ["buchung", "auftraggeber_empfanger", "saldo", "betrag"],
        ("31.03.2026", "REWE", "1.234,56", "-12,50"), 2, told=("cp1252",), encoding="latin-1",
    ),
    "Bank of America": Export(
        BOFA, ["description", "column_2", "summary_amt"],
        ("Beginning balance as of 03/01/2026", None, "1000.00"), 2,
        aside=["other_table"], told=("another table",),
    ),
    "SAP": Export(
        SAP, ["column_1", "dokument", "buch_dat", "betrag"],
        (None, "100000001", "01.03.2026", "1.234,56-"), 2,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_its_table_and_nothing_else(tmp_path: Path, name: str) -> None:
    """A report of few records below a page of titles was read as one column of whole lines."""
    wanted = EXPORTS[name]
    found = read(tmp_path, wanted.content.encode(wanted.encoding))
    assert found.columns == wanted.columns
    assert len(found.rows) == wanted.count
    assert found.rows[0] == wanted.row
    assert sorted(found.rejects) == wanted.aside
    for words in wanted.told:
        assert any(words in notice for notice in found.notices), found.notices
