"""The record types of the economy. Money is integer minor units (cents), instants are aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address; `tax_bp` is the sales tax there in basis points."""

    street: str
    street2: str
    city: str
    state: str
    state_code: str
    postal_code: str
    country_code: str
    country: str
    tax_bp: int


@dataclass(slots=True)
class Party:
    """A person or a company of the shared pool: the truth behind accounts.

    Attributes:
        party_id: `per_00001` or `com_00001`.
        addresses: (since, address), oldest first; the first holds from the beginning.
        employer: party_id of the company a person buys for, if any.
        former_name, former_phone: (until, last name or phone before that instant).
        native_name, other_name: (first, last) in the person's own script; in another of the ways
            to write it in Latin letters.
        work_phone: The front desk of the employer, given instead of the own phone at work.
        is_test: Nobody: staff that tries the checkout.
    """

    party_id: str
    first_name: str
    last_name: str
    company_name: str
    legal_form: str
    email: str
    second_email: str
    phone: str
    domain: str
    addresses: list[tuple[datetime, Address]]
    employer: str | None = None
    former_name: tuple[datetime, str] | None = None
    former_phone: tuple[datetime, str] | None = None
    native_name: tuple[str, str] | None = None
    other_name: tuple[str, str] | None = None
    work_phone: str | None = None
    is_test: bool = False

    def last_name_at(self, instant: datetime) -> str:
        if self.former_name and instant < self.former_name[0]:
            return self.former_name[1]
        return self.last_name

    def phone_at(self, instant: datetime) -> str:
        if self.former_phone and instant < self.former_phone[0]:
            return self.former_phone[1]
        return self.phone

    @property
    def is_company(self) -> bool:
        return self.party_id.startswith("com_")


@dataclass(slots=True)
class Account:
    """One customer record in one source system of one tenant.

    Attributes:
        number: 1-based ordinal in its source, in order of creation.
        addresses: What this system knows: it learns of a move late or never.
        edits: (at, field, value): later corrections; `note` changes nothing but the time.
        duplicate_of: `number` of the earlier account of the same party, if this is its double.
        deleted_at: When somebody deleted it where it is kept.
    """

    tenant: str
    source: str
    number: int
    party: Party
    first_name: str
    last_name: str
    company_name: str
    email: str | None
    phone: str | None
    created_at: datetime
    addresses: list[tuple[datetime, Address]]
    edits: list[tuple[datetime, str, str]] = field(default_factory=list)
    duplicate_of: int | None = None
    deleted_at: datetime | None = None

    @property
    def address(self) -> Address:
        return self.addresses[-1][1]

    @property
    def updated_at(self) -> datetime:
        moved = [since for since, _ in self.addresses if since > self.created_at]
        return max([self.created_at, *moved, *(at for at, _, _ in self.edits)])

    @property
    def name(self) -> str:
        return self.company_name or f"{self.first_name} {self.last_name}".strip()


@dataclass(slots=True)
class Listing:
    """One product as one tenant sells it.

    Attributes:
        product_id: `prd_0001`: the same product at another tenant has the same id.
        prices: (since, cents), oldest first.
        variants: Size names; at least one.
    """

    tenant: str
    number: int
    product_id: str
    sku: str
    title: str
    category: str
    subcategory: str
    brand: str
    cost: int
    weight_grams: int
    created_at: datetime
    prices: list[tuple[datetime, int]]
    variants: tuple[str, ...]
    archived_at: datetime | None = None

    def price_at(self, instant: datetime) -> int:
        held = [cents for since, cents in self.prices if since <= instant]
        return held[-1] if held else self.prices[0][1]

    @property
    def price(self) -> int:
        return self.prices[-1][1]

    @property
    def updated_at(self) -> datetime:
        return max(self.created_at, self.prices[-1][0], self.archived_at or self.created_at)

    def variant_sku(self, variant: int) -> str:
        return self.sku if len(self.variants) == 1 else f"{self.sku}-{self.variants[variant]}"


@dataclass(frozen=True, slots=True)
class Touch:
    """Where an order came from; the last touch before buying."""

    channel: str
    source: str
    medium: str
    campaign: str | None


@dataclass(slots=True)
class SaleLine:
    """quantity x unit - discount = what the line costs before tax.

    Attributes:
        unit: As the source prices: with the tax inside where its prices hold it.
        discount, tax: Never with tax; the line's own tax after discount.
        tax_in_price, tax_in_discount: The tax inside quantity x unit and inside the discount as
            the source shows it; 0 where tax comes on top.
        is_gift_card: Owed to its holder, no goods.
    """

    listing: Listing
    variant: int
    quantity: int
    unit: int
    discount: int
    tax: int = 0
    tax_in_price: int = 0
    tax_in_discount: int = 0
    is_gift_card: bool = False

    @property
    def listed(self) -> int:
        return self.quantity * self.unit

    @property
    def listed_discount(self) -> int:
        return self.discount + self.tax_in_discount

    @property
    def gross(self) -> int:
        return self.listed - self.tax_in_price

    @property
    def net(self) -> int:
        return self.gross - self.discount


@dataclass(slots=True)
class Refund:
    """Money given back: (line index, quantity, subtotal, tax) per line, plus shipping.

    `adjustment` is what was paid above (goodwill) or below (a fee kept) the computed amount,
    `duty` what comes back of the import duty, `rounding` what cash rounding adds or takes.
    """

    refunded_at: datetime
    lines: list[tuple[int, int, int, int]]
    shipping: int
    reason: str
    shipping_tax: int = 0
    adjustment: int = 0
    duty: int = 0
    rounding: int = 0

    @property
    def total(self) -> int:
        goods = sum(subtotal + tax for _, _, subtotal, tax in self.lines)
        beside = self.adjustment + self.duty + self.rounding
        return goods + self.shipping + self.shipping_tax + beside


@dataclass(slots=True)
class Sale:
    """One order, receipt, invoice or counter sale.

    Attributes:
        channel: online, wholesale, retail, counter, invoice or subscription.
        number: 1-based ordinal in its source, in order of placement.
        party: Who really bought; known even when `account` is None (guest, walk-in).
        paid_at: None while unpaid.
        cancelled_at: Cancelled before capture: no revenue.
        edited_at: Instants of later changes without money.
        disputed_at: When the buyer's bank was asked for the money back.
        vat_bp: Basis points of the tax inside its prices; 0 where tax comes on top.
        shipping_discount: Taken off shipping before tax; `shipping` is what was charged.
        tip: On top of `total`, for the staff.
        stored_value: The part of the payment that came off a gift card.
        authorised: What was held of the card when less was captured than that; 0 otherwise.
        withdrawn_at: Cancelled after payment; a refund of everything tells the money.
        duty: Import duty collected at checkout, untaxed, on top of the prices.
        rounding: What paying in cash adds to the total or takes off it.
    """

    tenant: str
    source: str
    channel: str
    number: int
    party: Party
    account: Account | None
    placed_at: datetime
    ship_to: Address
    lines: list[SaleLine]
    shipping: int
    payment_method: str
    touch: Touch
    paid_at: datetime | None
    cancelled_at: datetime | None = None
    fulfilled_at: datetime | None = None
    refunds: list[Refund] = field(default_factory=list)
    edited_at: list[datetime] = field(default_factory=list)
    is_test: bool = False
    presentment: str = "USD"
    discount_code: str | None = None
    disputed_at: datetime | None = None
    vat_bp: int = 0
    shipping_tax: int = 0
    shipping_discount: int = 0
    tip: int = 0
    stored_value: int = 0
    authorised: int = 0
    withdrawn_at: datetime | None = None
    duty: int = 0
    rounding: int = 0

    @property
    def key(self) -> str:
        """Unique in the economy: `acme/shopify/online/42`."""
        return f"{self.tenant}/{self.source}/{self.channel}/{self.number}"

    @property
    def gross(self) -> int:
        return sum(line.gross for line in self.lines if not line.is_gift_card)

    @property
    def gift_cards(self) -> int:
        return sum(line.gross for line in self.lines if line.is_gift_card)

    @property
    def discount(self) -> int:
        return sum(line.discount for line in self.lines)

    @property
    def tax(self) -> int:
        return sum(line.tax for line in self.lines) + self.shipping_tax

    @property
    def total(self) -> int:
        """What the buyer owed, the tip left out."""
        goods = self.gross - self.discount + self.tax + self.shipping + self.gift_cards
        return goods + self.duty + self.rounding

    @property
    def charged(self) -> int:
        """What the card paid: with the tip, without what came off a gift card."""
        return self.total + self.tip - self.stored_value

    @property
    def refunded(self) -> int:
        return sum(refund.total for refund in self.refunds)

    @property
    def counts(self) -> bool:
        """Whether it is revenue: paid, not cancelled, not a test."""
        return self.paid_at is not None and self.cancelled_at is None and not self.is_test

    @property
    def updated_at(self) -> datetime:
        """The latest of everything that happened to it."""
        known = (self.paid_at, self.cancelled_at, self.withdrawn_at, self.fulfilled_at)
        return max(
            self.placed_at,
            *(at for at in known if at is not None),
            *(refund.refunded_at for refund in self.refunds),
            *self.edited_at,
            self.placed_at,
        )


@dataclass(slots=True)
class Subscription:
    """Billed every month (a delivery, a membership); each `sales` entry is one period."""

    number: int
    account: Account
    listing: Listing
    unit: int
    started_at: datetime
    cancelled_at: datetime | None
    sales: list[Sale] = field(default_factory=list)
