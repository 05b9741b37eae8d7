"""The served part of the Admin schema, as tables: type -> field -> type text.

`@Name` is a connection (after, before, first, last, reverse); arguments follow in parentheses.
Field names, nullability and enum values are Shopify's (Admin API 2026-07, shopify.dev, read
2026-11); a contract test compares every line with the official schema.
"""

from include.sandbox.vendors.shopify import checkouts, collections, journeys, metafields, people


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


NODE = {"id": "ID!"}
LEGACY = {"id": "ID!", "legacyResourceId": "UnsignedInt64!"}

ENUMS: dict[str, tuple[str, ...]] = {
    "CurrencyCode": _words("CAD EUR GBP USD"),
    "CountryCode": _words("CA DE GB US"),
    "OrderAdjustmentDiscrepancyReason": _words("""
        CUSTOMER DAMAGE FULL_RETURN_BALANCING_ADJUSTMENT PENDING_REFUND_DISCREPANCY
        REFUND_DISCREPANCY RESTOCK
    """),
    "OrderDisplayFinancialStatus": _words("""
        AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED
    """),
    "OrderDisplayFulfillmentStatus": _words("""
        FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT
        REQUEST_DECLINED RESTOCKED SCHEDULED UNFULFILLED
    """),
    "OrderCancelReason": _words("CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF"),
    "OrderReturnStatus": _words("""
        INSPECTION_COMPLETE IN_PROGRESS NO_RETURN RETURNED RETURN_FAILED RETURN_REQUESTED
    """),
    "OrderTransactionErrorCode": _words("""
        AMOUNT_TOO_LARGE CARD_DECLINED EXPIRED_CARD GENERIC_ERROR INSUFFICIENT_FUNDS
        PROCESSING_ERROR
    """),
    "OrderTransactionKind": _words("""
        AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID
    """),
    "OrderTransactionStatus": _words("AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN"),
    "RefundLineItemRestockType": _words("CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN"),
    "FulfillmentStatus": _words("CANCELLED ERROR FAILURE OPEN PENDING SUCCESS"),
    "CustomerState": _words("DECLINED DISABLED ENABLED INVITED"),
    "CustomerEmailAddressMarketingState": _words("""
        INVALID NOT_SUBSCRIBED PENDING SUBSCRIBED UNSUBSCRIBED
    """),
    "ProductStatus": _words("ACTIVE ARCHIVED DRAFT UNLISTED"),
    "ProductVariantInventoryPolicy": _words("CONTINUE DENY"),
    "BulkOperationStatus": _words("CANCELED CANCELING COMPLETED CREATED EXPIRED FAILED RUNNING"),
    "BulkOperationErrorCode": _words("ACCESS_DENIED INTERNAL_SERVER_ERROR TIMEOUT"),
    "BulkOperationType": _words("MUTATION QUERY"),
    "BulkOperationUserErrorCode": _words("INVALID LIMIT_REACHED OPERATION_IN_PROGRESS"),
    "DiscountApplicationAllocationMethod": _words("ACROSS EACH ONE"),
    "DiscountApplicationTargetSelection": _words("ALL ENTITLED EXPLICIT"),
    "DiscountApplicationTargetType": _words("LINE_ITEM SHIPPING_LINE"),
    "WeightUnit": _words("GRAMS KILOGRAMS OUNCES POUNDS"),
    "EventSubjectType": _words("""
        ARTICLE BLOG COLLECTION COMMENT COMPANY COMPANY_LOCATION CUSTOMER
        DISCOUNT_AUTOMATIC_BXGY DISCOUNT_AUTOMATIC_NODE DISCOUNT_CODE_NODE DISCOUNT_NODE
        DRAFT_ORDER INVENTORY_TRANSFER ORDER PAGE PRICE_RULE PRODUCT PRODUCT_VARIANT
        UNKNOWN
    """),
    "AbandonedCheckoutSortKeys": checkouts.SORT_KEYS,
    "MarketingTactic": journeys.TACTICS, **collections.ENUMS,
    "OrderSortKeys": _words("""
        CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS
        FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER PROCESSED_AT RELEVANCE
        TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT
    """),
    "CustomerSortKeys": _words("CREATED_AT ID LOCATION NAME RELEVANCE UPDATED_AT"),
    "ProductSortKeys": _words("""
        CREATED_AT ID INVENTORY_TOTAL PRODUCT_TYPE PUBLISHED_AT RELEVANCE TITLE UPDATED_AT
        VENDOR
    """),
    "ProductVariantSortKeys": _words("""
        FULL_TITLE ID INVENTORY_LEVELS_AVAILABLE INVENTORY_MANAGEMENT INVENTORY_POLICY
        INVENTORY_QUANTITY NAME POPULAR POSITION RELEVANCE SKU TITLE
    """),
    "LocationSortKeys": _words("ID NAME RELEVANCE"),
    "EventSortKeys": _words("CREATED_AT ID"),
    "BulkOperationsSortKeys": _words("COMPLETED_AT CREATED_AT"),
}  # fmt: skip

SCALARS = (
    "DateTime",
    "Decimal",
    "FormattedString",
    "HTML",
    "JSON",
    "Money",
    "URL",
    "UnsignedInt64",
)

INTERFACES: dict[str, dict[str, str]] = {
    "Node": NODE,
    "LegacyInteroperability": {"legacyResourceId": "UnsignedInt64!"},
    "DisplayableError": {"field": "[String!]", "message": "String!"},
    "Event": {
        "action": "String!", "appTitle": "String", "attributeToApp": "Boolean!",
        "attributeToUser": "Boolean!",
        "createdAt": "DateTime!", "criticalAlert": "Boolean!", "id": "ID!",
        "message": "FormattedString!",
    },
    "DiscountApplication": {
        "allocationMethod": "DiscountApplicationAllocationMethod!", "index": "Int!",
        "targetSelection": "DiscountApplicationTargetSelection!",
        "targetType": "DiscountApplicationTargetType!", "value": "PricingValue!",
    },
}  # fmt: skip
UNIONS = {"PricingValue": ("MoneyV2", "PricingPercentageValue")}
IMPLEMENTS: dict[str, tuple[str, ...]] = dict.fromkeys(
    _words("""
    AbandonedCheckout BulkOperation Collection CustomerVisit InventoryLevel LineItem MailingAddress
    OrderAdjustment OrderTransaction ProductOption RefundShippingLine Shop TaxonomyCategory
"""),
    ("Node",),
) | {
    "BasicEvent": ("Event", "Node"),
    "Customer": ("LegacyInteroperability", "Node"),
    "Fulfillment": ("LegacyInteroperability", "Node"),
    "InventoryItem": ("LegacyInteroperability", "Node"),
    "Location": ("LegacyInteroperability", "Node"),
    "Order": ("LegacyInteroperability", "Node"),
    "Product": ("LegacyInteroperability", "Node"),
    "ProductVariant": ("LegacyInteroperability", "Node"),
    "Refund": ("LegacyInteroperability", "Node"),
    "BulkOperationUserError": ("DisplayableError",),
    "UserError": ("DisplayableError",),
    "DiscountCodeApplication": ("DiscountApplication",),
}

OBJECTS: dict[str, dict[str, str]] = {
    **collections.OBJECTS, **journeys.OBJECTS, **metafields.OBJECTS, **people.OBJECTS,
    "MoneyV2": {"amount": "Decimal!", "currencyCode": "CurrencyCode!"},
    "MoneyBag": {"presentmentMoney": "MoneyV2!", "shopMoney": "MoneyV2!"},
    "PricingPercentageValue": {"percentage": "Float!"},
    "PageInfo": {
        "endCursor": "String", "hasNextPage": "Boolean!", "hasPreviousPage": "Boolean!",
        "startCursor": "String",
    },
    "Count": {"count": "Int!"},
    "Attribute": {"key": "String!", "value": "String"},
    "SelectedOption": {"name": "String!", "value": "String!"},
    "Weight": {"unit": "WeightUnit!", "value": "Float!"},
    "InventoryItemMeasurement": {"id": "ID!", "weight": "Weight"},
    "TaxLine": {
        "channelLiable": "Boolean", "priceSet": "MoneyBag!", "rate": "Float",
        "ratePercentage": "Float",
        "source": "String", "title": "String!",
    },
    "MailingAddress": NODE | {
        "address1": "String", "address2": "String", "city": "String", "company": "String",
        "country": "String",
        "countryCodeV2": "CountryCode", "firstName": "String", "lastName": "String",
        "name": "String",
        "phone": "String", "province": "String", "provinceCode": "String", "zip": "String",
    },
    "Customer": LEGACY | {
        "addressesV2": "@MailingAddress", "amountSpent": "MoneyV2!", "createdAt": "DateTime!",
        "defaultAddress": "MailingAddress", "defaultEmailAddress": "CustomerEmailAddress",
        "defaultPhoneNumber": "CustomerPhoneNumber", "displayName": "String!",
        "firstName": "String",
        "lastName": "String", "lifetimeDuration": "String!", "locale": "String!", "note": "String",
        "numberOfOrders": "UnsignedInt64!",
        "orders": "@Order(query: String, sortKey: OrderSortKeys = ID)",
        "state": "CustomerState!", "tags": "[String!]!", "taxExempt": "Boolean!",
        "updatedAt": "DateTime!",
        "verifiedEmail": "Boolean!",
    },
    "DiscountAllocation": {
        "allocatedAmountSet": "MoneyBag!", "discountApplication": "DiscountApplication!",
    },
    "DiscountCodeApplication": INTERFACES["DiscountApplication"] | {"code": "String!"},
    "LineItem": NODE | {
        "currentQuantity": "Int!", "customAttributes": "[Attribute!]!",
        "discountAllocations": "[DiscountAllocation!]!",
        "discountedTotalSet": "MoneyBag!(withCodeDiscounts: Boolean = false)",
        "discountedUnitPriceAfterAllDiscountsSet": "MoneyBag!",
        "discountedUnitPriceSet": "MoneyBag!",
        "isGiftCard": "Boolean!", "name": "String!", "originalTotalSet": "MoneyBag!",
        "originalUnitPriceSet": "MoneyBag!", "product": "Product", "quantity": "Int!",
        "refundableQuantity": "Int!", "requiresShipping": "Boolean!", "sku": "String",
        "taxLines": "[TaxLine!]!(first: Int)", "taxable": "Boolean!", "title": "String!",
        "totalDiscountSet": "MoneyBag!", "unfulfilledQuantity": "Int!", "variant": "ProductVariant",
        "variantTitle": "String", "vendor": "String",
    },
    "ShippingLine": {
        "carrierIdentifier": "String", "code": "String", "custom": "Boolean!",
        "deliveryCategory": "String",
        "discountAllocations": "[DiscountAllocation!]!", "discountedPriceSet": "MoneyBag!",
        "id": "ID",
        "isRemoved": "Boolean!", "originalPriceSet": "MoneyBag!", "phone": "String",
        "source": "String",
        "taxLines": "[TaxLine!]!", "title": "String!",
    },
    "OrderTransaction": NODE | {
        "errorCode": "OrderTransactionErrorCode",
        "amountSet": "MoneyBag!", "createdAt": "DateTime!", "formattedGateway": "String",
        "gateway": "String",
        "kind": "OrderTransactionKind!", "manualPaymentGateway": "Boolean!",
        "parentTransaction": "OrderTransaction",
        "order": "Order", "paymentId": "String", "processedAt": "DateTime",
        "settlementCurrency": "CurrencyCode",
        "status": "OrderTransactionStatus!", "test": "Boolean!",
    },
    "Fulfillment": LEGACY | {
        "createdAt": "DateTime!", "deliveredAt": "DateTime", "location": "Location",
        "name": "String!",
        "order": "Order!", "requiresShipping": "Boolean!", "status": "FulfillmentStatus!",
        "totalQuantity": "Int!", "updatedAt": "DateTime!",
    },
    "RefundLineItem": {
        "id": "ID", "lineItem": "LineItem!", "location": "Location", "priceSet": "MoneyBag!",
        "quantity": "Int!",
        "restockType": "RefundLineItemRestockType!", "restocked": "Boolean!",
        "subtotalSet": "MoneyBag!",
        "totalTaxSet": "MoneyBag!",
    },
    "RefundShippingLine": NODE | {
        "shippingLine": "ShippingLine!", "subtotalAmountSet": "MoneyBag!",
        "taxAmountSet": "MoneyBag!",
    },
    "OrderAdjustment": NODE | {
        "amountSet": "MoneyBag!", "reason": "OrderAdjustmentDiscrepancyReason",
        "taxAmountSet": "MoneyBag!",
    },
    "RefundDuty": {"amountSet": "MoneyBag!"},
    "CashRoundingAdjustment": {"paymentSet": "MoneyBag!", "refundSet": "MoneyBag!"},
    "Refund": LEGACY | {
        "createdAt": "DateTime", "note": "String", "order": "Order!", "processedAt": "DateTime!",
        "duties": "[RefundDuty!]", "orderAdjustments": "@OrderAdjustment",
        "refundLineItems": "@RefundLineItem", "refundShippingLines": "@RefundShippingLine",
        "totalRefundedSet": "MoneyBag!", "transactions": "@OrderTransaction",
        "updatedAt": "DateTime!",
    },
    "Order": LEGACY | {
        "retailLocation": "Location",
        "billingAddress": "MailingAddress", "cancelReason": "OrderCancelReason",
        "cancelledAt": "DateTime",
        "cartDiscountAmountSet": "MoneyBag", "clientIp": "String", "closed": "Boolean!",
        "closedAt": "DateTime",
        "confirmed": "Boolean!", "createdAt": "DateTime!", "currencyCode": "CurrencyCode!",
        "currentSubtotalPriceSet": "MoneyBag!", "currentTotalDiscountsSet": "MoneyBag!",
        "currentTotalPriceSet": "MoneyBag!", "currentTotalTaxSet": "MoneyBag!",
        "customAttributes": "[Attribute!]!", "customer": "Customer",
        "customerAcceptsMarketing": "Boolean!",
        "customerJourneySummary": "CustomerJourneySummary",
        "customerLocale": "String", "discountApplications": "@DiscountApplication",
        "discountCode": "String",
        "discountCodes": "[String!]!", "displayFinancialStatus": "OrderDisplayFinancialStatus",
        "displayFulfillmentStatus": "OrderDisplayFulfillmentStatus!", "dutiesIncluded": "Boolean!",
        "edited": "Boolean!",
        "email": "String",
        "fulfillments": "[Fulfillment!]!(first: Int, query: String)", "fullyPaid": "Boolean!",
        "lineItems": "@LineItem", "name": "String!", "netPaymentSet": "MoneyBag!", "note": "String",
        "number": "Int!", "originalTotalPriceSet": "MoneyBag!", "paymentGatewayNames": "[String!]!",
        "phone": "String", "poNumber": "String", "presentmentCurrencyCode": "CurrencyCode!",
        "processedAt": "DateTime!", "refundable": "Boolean!", "refunds": "[Refund!]!(first: Int)",
        "requiresShipping": "Boolean!", "returnStatus": "OrderReturnStatus!",
        "shippingAddress": "MailingAddress",
        "shippingLine": "ShippingLine",
        "shippingLines": "@ShippingLine(includeRemovals: Boolean = false)",
        "sourceIdentifier": "String", "sourceName": "String", "subtotalPriceSet": "MoneyBag",
        "tags": "[String!]!", "taxExempt": "Boolean!", "taxLines": "[TaxLine!]!",
        "taxesIncluded": "Boolean!",
        "test": "Boolean!", "totalDiscountsSet": "MoneyBag", "totalOutstandingSet": "MoneyBag!",
        "originalTotalAdditionalFeesSet": "MoneyBag", "originalTotalDutiesSet": "MoneyBag",
        "totalCashRoundingAdjustment": "CashRoundingAdjustment!",
        "totalPriceSet": "MoneyBag!", "totalReceivedSet": "MoneyBag!",
        "totalRefundedSet": "MoneyBag!",
        "totalRefundedShippingSet": "MoneyBag!", "totalShippingPriceSet": "MoneyBag!",
        "totalTaxSet": "MoneyBag",
        "totalTipReceivedSet": "MoneyBag!", "totalWeight": "UnsignedInt64",
        "transactions": "[OrderTransaction!]!(first: Int)", "unpaid": "Boolean!",
        "updatedAt": "DateTime!",
    },
    "ProductOption": NODE | {"name": "String!", "position": "Int!", "values": "[String!]!"},
    "ProductPriceRangeV2": {"maxVariantPrice": "MoneyV2!", "minVariantPrice": "MoneyV2!"},
    "TaxonomyCategory": NODE | {"fullName": "String!", "isLeaf": "Boolean!", "name": "String!"},
    "Product": LEGACY | {
        "metafield": "Metafield(key: String!, namespace: String)",
        "category": "TaxonomyCategory",
        "createdAt": "DateTime!", "description": "String!", "descriptionHtml": "HTML!",
        "handle": "String!",
        "hasOnlyDefaultVariant": "Boolean!", "isGiftCard": "Boolean!",
        "options": "[ProductOption!]!(first: Int)",
        "priceRangeV2": "ProductPriceRangeV2!", "productType": "String!", "publishedAt": "DateTime",
        "status": "ProductStatus!", "tags": "[String!]!", "title": "String!",
        "totalInventory": "Int!",
        "tracksInventory": "Boolean!", "updatedAt": "DateTime!",
        "variants": "@ProductVariant(sortKey: ProductVariantSortKeys = POSITION)",
        "variantsCount": "Count",
        "vendor": "String!",
    },
    "ProductVariant": LEGACY | {
        "availableForSale": "Boolean!", "barcode": "String", "compareAtPrice": "Money",
        "createdAt": "DateTime!",
        "displayName": "String!", "inventoryItem": "InventoryItem!",
        "inventoryPolicy": "ProductVariantInventoryPolicy!", "inventoryQuantity": "Int",
        "position": "Int!",
        "price": "Money!", "product": "Product!", "selectedOptions": "[SelectedOption!]!",
        "sku": "String",
        "taxable": "Boolean!", "title": "String!", "updatedAt": "DateTime!",
    },
    "InventoryQuantity": NODE | {"name": "String!", "quantity": "Int!", "updatedAt": "DateTime"},
    "InventoryLevel": NODE | {
        "createdAt": "DateTime!", "isActive": "Boolean!", "item": "InventoryItem!",
        "location": "Location!",
        "quantities": "[InventoryQuantity!]!(names: [String!]!)", "updatedAt": "DateTime!",
    },
    "InventoryItem": LEGACY | {
        "countryCodeOfOrigin": "CountryCode", "createdAt": "DateTime!",
        "harmonizedSystemCode": "String",
        "inventoryLevels": "@InventoryLevel(includeInactive: Boolean = false, query: String)",
        "measurement": "InventoryItemMeasurement!", "requiresShipping": "Boolean!", "sku": "String",
        "tracked": "Boolean!", "unitCost": "MoneyV2", "updatedAt": "DateTime!",
        "variants": "@?ProductVariant",
    },
    "LocationAddress": {
        "address1": "String", "address2": "String", "city": "String", "country": "String",
        "countryCode": "String",
        "phone": "String", "province": "String", "provinceCode": "String", "zip": "String",
    },
    "Location": LEGACY | {
        "activatable": "Boolean!", "address": "LocationAddress!", "createdAt": "DateTime!",
        "deactivatedAt": "String", "fulfillsOnlineOrders": "Boolean!",
        "hasActiveInventory": "Boolean!",
        "isActive": "Boolean!", "isFulfillmentService": "Boolean!", "name": "String!",
        "shipsInventory": "Boolean!", "updatedAt": "DateTime!",
    },
    "BasicEvent": INTERFACES["Event"] | {
        "additionalData": "JSON", "arguments": "JSON", "author": "String",
        "hasAdditionalContent": "Boolean!",
        "subjectId": "ID!", "subjectType": "EventSubjectType!",
    },
    "Shop": NODE | {
        "contactEmail": "String!", "createdAt": "DateTime!", "currencyCode": "CurrencyCode!",
        "email": "String!",
        "enabledPresentmentCurrencies": "[CurrencyCode!]!", "ianaTimezone": "String!",
        "myshopifyDomain": "String!",
        "name": "String!", "taxesIncluded": "Boolean!", "timezoneAbbreviation": "String!",
        "updatedAt": "DateTime!", "url": "URL!", "weightUnit": "WeightUnit!",
    },
    "AccessScope": {"description": "String!", "handle": "String!"},
    "AppInstallation": NODE | {"accessScopes": "[AccessScope!]!", "launchUrl": "URL!"},
    "BulkOperation": NODE | {
        "completedAt": "DateTime", "createdAt": "DateTime!", "errorCode": "BulkOperationErrorCode",
        "fileSize": "UnsignedInt64", "objectCount": "UnsignedInt64!", "partialDataUrl": "URL",
        "query": "String!",
        "rootObjectCount": "UnsignedInt64!", "status": "BulkOperationStatus!",
        "type": "BulkOperationType!",
        "url": "URL",
    },
    "BulkOperationUserError": INTERFACES["DisplayableError"] | {
        "code": "BulkOperationUserErrorCode",
    },
    "BulkOperationRunQueryPayload": {
        "bulkOperation": "BulkOperation", "userErrors": "[BulkOperationUserError!]!",
    },
    "UserError": INTERFACES["DisplayableError"],
    "BulkOperationCancelPayload": {"bulkOperation": "BulkOperation", "userErrors": "[UserError!]!"},
    "AbandonedCheckout": checkouts.FIELDS,
    "QueryRoot": checkouts.ROOT | collections.ROOT | {
        "bulkOperation": "BulkOperation(id: ID!)",
        "bulkOperations": "@BulkOperation(query: String, "
        "sortKey: BulkOperationsSortKeys = CREATED_AT)",
        "currentAppInstallation": "AppInstallation!",
        "currentBulkOperation": "BulkOperation(type: BulkOperationType = QUERY)",
        "customer": "Customer(id: ID!)",
        "customers": "@Customer(query: String, sortKey: CustomerSortKeys = ID)",
        "events": "@?Event(query: String, sortKey: EventSortKeys = ID)",
        "inventoryItem": "InventoryItem(id: ID!)",
        "inventoryItems": "@InventoryItem(query: String)",
        "location": "Location(id: ID)",
        "locations": "@Location(includeInactive: Boolean = false, includeLegacy: Boolean = false, "
        "query: String, sortKey: LocationSortKeys = NAME)",
        "node": "Node(id: ID!)",
        "nodes": "[Node]!(ids: [ID!]!)",
        "order": "Order(id: ID!)",
        "orders": "@Order(query: String, savedSearchId: ID, sortKey: OrderSortKeys = PROCESSED_AT)",
        "ordersCount": "Count(limit: Int = 10000, query: String, savedSearchId: ID)",
        "product": "Product(id: ID!)",
        "productVariant": "ProductVariant(id: ID!)",
        "productVariants": "@ProductVariant(query: String, savedSearchId: ID, "
        "sortKey: ProductVariantSortKeys = ID)",
        "products": "@Product(query: String, savedSearchId: ID, sortKey: ProductSortKeys = ID)",
        "refund": "Refund(id: ID!)",
        "shop": "Shop!",
    },
    "Mutation": {
        "bulkOperationCancel": "BulkOperationCancelPayload(id: ID!)",
        "bulkOperationRunQuery": "BulkOperationRunQueryPayload("
        "groupObjects: Boolean! = false, query: String!)",
    },
}  # fmt: skip
