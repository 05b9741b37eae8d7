"""Products: one shared pool; every tenant lists some under its own number and price."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from include.sandbox.economy.records import Listing
from include.sandbox.seeded_random import between, build_dice

# category, subcategory, nouns, price range in cents, sizes, sold by
KINDS = (
    (
        "Footwear",
        "Hiking Boots",
        ("Trail Boot", "Summit Boot", "Ridge Boot"),
        (8900, 24900),
        ("38", "41", "44"),
        "ab",
    ),
    (
        "Footwear",
        "Sandals",
        ("River Sandal", "Camp Sandal"),
        (3900, 9900),
        ("38", "41", "44"),
        "ab",
    ),
    (
        "Apparel",
        "Jackets",
        ("Rain Shell", "Down Jacket", "Fleece Hoodie"),
        (6900, 34900),
        ("S", "M", "L"),
        "ab",
    ),
    ("Apparel", "Shirts", ("Merino Tee", "Sun Shirt"), (1900, 7900), ("S", "M", "L"), "ab"),
    ("Camping", "Tents", ("Dome Tent", "Tunnel Tent", "Tarp"), (9900, 59900), ("One Size",), "a"),
    ("Camping", "Sleeping Bags", ("Down Bag", "Quilt"), (7900, 39900), ("Regular", "Long"), "a"),
    (
        "Camping",
        "Cookware",
        ("Gas Stove", "Titanium Pot", "Spork Set"),
        (900, 12900),
        ("One Size",),
        "abc",
    ),
    ("Packs", "Backpacks", ("Day Pack", "Trek Pack"), (4900, 29900), ("One Size",), "ab"),
    (
        "Home",
        "Kitchen",
        ("French Press", "Chef Knife", "Mixing Bowl"),
        (1200, 14900),
        ("One Size",),
        "bc",
    ),
    ("Home", "Decor", ("Wool Throw", "Candle", "Picture Frame"), (800, 9900), ("One Size",), "b"),
    (
        "Electronics",
        "Audio",
        ("Earbuds", "Speaker", "Headphones"),
        (1900, 29900),
        ("One Size",),
        "b",
    ),
    ("Electronics", "Lighting", ("Headlamp", "Lantern"), (1500, 9900), ("One Size",), "abc"),
    (
        "Grocery",
        "Coffee",
        ("House Roast", "Espresso Beans", "Decaf Roast"),
        (800, 2900),
        ("One Size",),
        "bc",
    ),
    (
        "Grocery",
        "Snacks",
        ("Trail Mix", "Oat Bar Box", "Dark Chocolate"),
        (250, 1900),
        ("One Size",),
        "abc",
    ),
)
BRANDS = (
    "Alpenglow",
    "Fjordline",
    "Basecamp Co",
    "Kestrel & Sons",
    "Nordlys",
    "Pine + Peak",
    "Otter",
    "Móra",
)
WORDS = (
    "Classic",
    "Pro",
    "Lite",
    "Eco",
    "Alpine",
    "Urban",
    "Nordic",
    "Desert",
    "Coastal",
    "Heritage",
    "Mini",
    "Max",
)
# What is in a pack, by subcategory; and what is sold in a bundle, too.
CONTENTS = {"Coffee": ("250 g", "1 kg", "500 g"), "Snacks": ("100 g", "6-Pack", "12-Pack")}
BUNDLED = ("Lighting", "Cookware")
COLORS = ("Black", "Olive", "Sand", "Navy", "Rust", "Ivory", "Slate", "Moss")


@dataclass(frozen=True, slots=True)
class Product:
    """The real product behind listings."""

    product_id: str
    sku: str
    title: str
    category: str
    subcategory: str
    brand: str
    price: int
    sizes: tuple[str, ...]
    sold_by: str


def build_products(seed: int, count: int) -> list[Product]:
    """`count` products, the kinds in turn; no two of one title, as books demand."""
    found: list[Product] = []
    taken: set[str] = set()
    for number in range(1, count + 1):
        dice = build_dice(seed, "product", number)
        category, sub, nouns, (low, high), sizes, sold_by = KINDS[(number - 1) % len(KINDS)]
        brand, noun = dice.choice(BRANDS), dice.choice(nouns)
        title = f"{brand} {dice.choice(WORDS)} {noun} {dice.choice(COLORS)}"
        brand, title = _vary(seed, number, brand, title)
        while title in taken:
            color = next(word for word in title.split() if word in COLORS)
            title = title.replace(color, COLORS[(COLORS.index(color) + 1) % len(COLORS)])
        taken.add(title)
        found.append(
            Product(
                product_id=f"prd_{number:04d}",
                sku=f"{category[:3].upper()}-{number:04d}",
                title=title,
                category=category,
                subcategory=sub,
                brand=brand,
                price=dice.randrange(low, high, 100) + dice.choice((99, 95, 50, 0)),
                sizes=sizes,
                sold_by=sold_by,
            )
        )
    return found


def _vary(seed: int, number: int, brand: str, title: str) -> tuple[str, str]:
    """What only looks alike: one grocery in several weights, a product and its bundle."""
    _, sub, nouns, *_ = KINDS[(number - 1) % len(KINDS)]
    turn = (number - 1) // len(KINDS)
    is_bundle = sub in BUNDLED and turn % 4 == 3
    if sub not in CONTENTS and not is_bundle:
        return brand, title
    if turn % 2:
        # The one before of this kind, in another size.
        dice = build_dice(seed, "product", number - len(KINDS))
        brand, noun = dice.choice(BRANDS), dice.choice(nouns)
        title = f"{brand} {dice.choice(WORDS)} {noun} {dice.choice(COLORS)}"
    contents = CONTENTS.get(sub)
    return brand, f"{title} {contents[turn % len(contents)] if contents else 'Bundle'}"


def build_listings(
    seed: int, tenant: str, products: list[Product], count: int, start: datetime, horizon: datetime
) -> list[Listing]:
    """`count` listings, shuffled: first what this kind of shop sells, then anything."""
    letter = tenant[0]
    chosen = sorted(
        products, key=lambda product: (letter not in product.sold_by, product.product_id)
    )
    chosen = chosen[:count]
    build_dice(seed, tenant, "listings").shuffle(chosen)
    return [
        _build_listing(seed, tenant, number, product, start, horizon)
        for number, product in enumerate(chosen, 1)
    ]


def _build_listing(
    seed: int, tenant: str, number: int, product: Product, start: datetime, horizon: datetime
) -> Listing:
    dice = build_dice(seed, tenant, "listing", product.product_id)
    first = product.price * dice.choice((95, 100, 100, 105)) // 100
    prices = [(start, first)]
    for _ in range(dice.choices((0, 1, 2, 3), (4, 4, 2, 1))[0]):
        changed = prices[0][1] * dice.choice((85, 90, 95, 105, 110, 115)) // 100
        prices.append((between(dice, start + timedelta(days=15), horizon), changed))
    prices.sort(key=lambda version: version[0])
    archived = between(dice, start + timedelta(days=200), horizon) if dice.random() < 0.04 else None
    return Listing(
        tenant=tenant,
        number=number,
        product_id=product.product_id,
        sku=product.sku,
        title=product.title,
        category=product.category,
        subcategory=product.subcategory,
        brand=product.brand,
        cost=first * dice.randint(40, 65) // 100,
        weight_grams=dice.randrange(50, 4000, 10),
        created_at=start,
        prices=prices,
        variants=product.sizes,
        archived_at=archived,
    )
