"""Word lists and the ways people misspell each other."""

import random
import unicodedata


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FIRST_NAMES = _words("""
    Olivia Liam Emma Noah Amelia James Sophia William Mia Robert Ava Michael Luna Elizabeth
    Daniel Grace Henry Katherine Samuel Margaret Thomas Jennifer Benjamin Victoria Joseph
    Rebecca Andrew Jürgen Zoë José Chloé Björn Anaïs Søren Renée André Léa Günther Sigrid
    Mateo Valentina Diego Camila Santiago Lucía Hiroshi Yuki Wei Mei Arjun Priya Rohan Ananya
    Omar Layla Yusuf Fatima Kwame Amara Tunde Zainab Ivan Anastasia Dmitri Natalia Patrick
    Siobhan Connor Aoife
""")
LAST_NAMES = _words("""
    Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez
    Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White
    Harris Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres
    Nguyen Hill Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts
    Müller Schröder Weiß Lefèvre Dubois Núñez Ibáñez O'Brien O'Connor McDonald Åkesson
    Østergaard Kowalski Novák Tanaka Suzuki Chen Patel Khan Okafor Mensah Petrov Rossi Bianchi
    Silva van-Dijk
""")
NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Elizabeth": "Liz", "Michael": "Mike", "Katherine": "Kate",
    "Margaret": "Peggy", "Thomas": "Tom", "Jennifer": "Jen", "Benjamin": "Ben", "Joseph": "Joe",
    "Samuel": "Sam", "Daniel": "Dan", "Andrew": "Andy", "James": "Jim", "Rebecca": "Becky",
    "Victoria": "Vicky", "Patrick": "Pat", "Anastasia": "Nastya", "Valentina": "Val",
}  # fmt: skip
# First and last name in the own script, as mostly written in Latin letters, as written elsewhere.
NATIVE_NAMES = (
    ("Дмитрий", "Иванов", "Dmitry", "Ivanov", "Dmitrii", "Ivanov"),
    ("Наталья", "Кузнецова", "Natalia", "Kuznetsova", "Natalya", "Kuznecova"),
    ("伟", "王", "Wei", "Wang", "Wei", "Wang"),
    ("Γιώργος", "Παπαδόπουλος", "Giorgos", "Papadopoulos", "Georgios", "Papadopoulos"),
    ("محمد", "الأحمد", "Mohammed", "Al-Ahmad", "Muhammad", "Alahmad"),
    ("陽子", "佐藤", "Yoko", "Sato", "Youko", "Satou"),
    ("דוד", "לוי", "David", "Levi", "David", "Levy"),
    ("민준", "김", "Minjun", "Kim", "Min-jun", "Kim"),
    ("प्रिया", "शर्मा", "Priya", "Sharma", "Pria", "Sharma"),
    ("Олександр", "Шевченко", "Oleksandr", "Shevchenko", "Alexander", "Shevchenko"),
)
COMPANY_HEADS = _words("""
    Northwind Summit Cascade Bluebird Granite Redwood Harbor Ironwood Silverline Meadow Falcon
    Juniper Lakeside Canyon Prairie Copper Evergreen Maple Pioneer Riverbend Stonegate Timber
    Westfield Aspen Birch Cedar Driftwood Eagle Foxglove Glacier Highland Indigo Jasper
    Kestrel
""")
COMPANY_TAILS = _words("""
    Roofing Outfitters Logistics Partners Adventures Supply Catering Builders Consulting
    Studios Dental Robotics Landscaping Bakery Breweries Fitness Travel Solar Analytics
    Hospitality
""")
LEGAL_FORMS = ("LLC", "Inc.", "Corp.", "Ltd", "GmbH", "Co.")
EMAIL_HOSTS = ("gmail.com", "outlook.com", "yahoo.com", "icloud.com", "proton.me", "gmx.de")
STREETS = _words("""
    Main Oak Maple Cedar Elm Pine Washington Lake Hill Park River Sunset Highland Mill Church
    Spring Ridge Walnut Prospect Meadow
""")
STREET_KINDS = ("St", "Ave", "Rd", "Blvd", "Ln", "Dr", "Ct")
# city, state, its code, start of the postal code, country, area code, tax in basis points
CITIES = (
    ("Denver", "Colorado", "CO", "802", "US", "303", 881),
    ("Boulder", "Colorado", "CO", "803", "US", "720", 904),
    ("Austin", "Texas", "TX", "787", "US", "512", 825),
    ("Houston", "Texas", "TX", "770", "US", "713", 825),
    ("Portland", "Oregon", "OR", "972", "US", "503", 0),
    ("Seattle", "Washington", "WA", "981", "US", "206", 1035),
    ("New York", "New York", "NY", "100", "US", "212", 887),
    ("Albany", "New York", "NY", "122", "US", "518", 800),
    ("Chicago", "Illinois", "IL", "606", "US", "312", 1025),
    ("Boston", "Massachusetts", "MA", "021", "US", "617", 625),
    ("Atlanta", "Georgia", "GA", "303", "US", "404", 890),
    ("Los Angeles", "California", "CA", "900", "US", "213", 950),
    ("Toronto", "Ontario", "ON", "M5V", "CA", "416", 1300),
    ("Vancouver", "British Columbia", "BC", "V6B", "CA", "604", 1200),
    ("Berlin", "Berlin", "BE", "101", "DE", "30", 0),
    ("München", "Bayern", "BY", "803", "DE", "89", 0),
    ("London", "England", "ENG", "SW1", "GB", "20", 0),
)
CITY_WEIGHTS = (9, 3, 6, 6, 5, 6, 11, 2, 7, 5, 5, 9, 3, 2, 4, 3, 3)
COUNTRY_NAMES = {"US": "United States", "CA": "Canada", "DE": "Germany", "GB": "United Kingdom"}


def strip_accents(text: str) -> str:
    """ASCII as a hurried clerk types it."""
    swapped = text.replace("ß", "ss").replace("ø", "o").replace("Ø", "O")
    return "".join(
        c for c in unicodedata.normalize("NFKD", swapped) if not unicodedata.combining(c)
    )


def misspell(dice: random.Random, word: str) -> str:
    """Swap or drop one inner letter; short words stay."""
    if len(word) < 5:
        return word
    at = dice.randrange(1, len(word) - 2)
    if dice.random() < 0.5:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :]


def respell_person(dice: random.Random, first: str, last: str) -> tuple[str, str]:
    """How one source system spells a name: mostly right, sometimes not."""
    roll = dice.random()
    if roll < 0.70:
        return first, last
    if roll < 0.79:
        return NICKNAMES.get(first, first), last
    if roll < 0.86:
        return strip_accents(first), strip_accents(last)
    if roll < 0.90:
        return first.upper(), last.upper()
    if roll < 0.94:
        return first.lower(), last.lower()
    if roll < 0.97:
        return f"{first[0]}.", last
    return first, misspell(dice, last)


def respell_company(dice: random.Random, name: str, legal_form: str) -> str:
    """A company name with, without or with another form of its legal suffix."""
    roll = dice.random()
    if roll < 0.45:
        return f"{name} {legal_form}"
    if roll < 0.75:
        return name
    if roll < 0.85:
        return f"{name}, {legal_form}"
    if roll < 0.93:
        return f"{name} {legal_form}".upper()
    head, _, tail = name.partition(" ")
    return f"{misspell(dice, head)} {tail}"
