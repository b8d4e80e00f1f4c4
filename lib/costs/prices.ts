/** The prices that costs are computed with, and the form of a table of prices by region. */
import { CLASS_CHARGES, type ChargedClass } from './class-charges.js'
import { nested, record, rule, type Rule, type RulesOf } from '../options/check-options.js'
import { isNumber, oneOf, required, TEXT } from '../options/rules.js'

/** Prices in US dollars. */
export interface Prices {
  /** A GB-month of storage, and of the rest of 90 days when an archive is deleted. */
  readonly storage: number
  /** 1,000 upload requests. */
  readonly uploadRequests: number
  /** 1,000 list requests. */
  readonly listRequests: number
  /** 1,000 requests of any other kind. */
  readonly otherRequests: number
  /** A GB that is retrieved with the tier Expedited. */
  readonly expeditedRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Expedited. */
  readonly expeditedRequests: number
  /** A GB that is retrieved with the tier Standard. */
  readonly standardRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Standard. */
  readonly standardRequests: number
  /** A GB that is retrieved with the tier Bulk. */
  readonly bulkRetrieval: number
  /** 1,000 archive retrieval jobs of the tier Bulk. */
  readonly bulkRequests: number
  /** 1,000 inventory retrieval jobs. */
  readonly inventoryRequests: number
  /** A unit of provisioned capacity, for its month. */
  readonly capacityUnits: number
}

/** Some of the prices. */
export type SomePrices = { readonly [K in keyof Prices]?: Prices[K] | undefined }

/** Prices of stored bytes, in US dollars for a GB-month. One that is absent is unknown. */
export interface StoragePrices {
  /** The archive itself. */
  readonly storage?: number | undefined
  /** The bytes that the service adds to an object of a bucket at the rate of the class STANDARD. */
  readonly standardStorage?: number | undefined
}

/** The prices of a storage class that have the names of those of vaults: of its restores, by the tier. */
type RestorePrices = Pick<
  SomePrices,
  | 'expeditedRetrieval'
  | 'expeditedRequests'
  | 'standardRetrieval'
  | 'standardRequests'
  | 'bulkRetrieval'
  | 'bulkRequests'
>

/** Prices of a storage class of buckets. One that is absent is unknown. */
export interface ClassPrices extends RestorePrices {
  /** A GB-month of storage. */
  readonly storage?: number | undefined
  /** 1,000 requests that store an object: PutObject and CompleteMultipartUpload, and those of STANDARD that send parts. */
  readonly uploadRequests?: number | undefined
  /** 1,000 GetObject requests. */
  readonly readRequests?: number | undefined
  /** A GB that is read of an object that needs no restore. */
  readonly retrieval?: number | undefined
}

/** Prices of buckets, by storage class. */
export type BucketPrices = Readonly<Partial<Record<ChargedClass, ClassPrices | undefined>>>

/** The prices of a region. A price that is absent is unknown. */
export interface RegionPrices extends SomePrices {
  /** When the prices were read: a year, a month or a day, as `2026-11`. */
  readonly date: string
  /** Where the prices were read. */
  readonly source: string
  /** The prices of buckets by storage class, as `DEEP_ARCHIVE`; the other prices are those of vaults. Default: unknown. */
  readonly storageClasses?: Readonly<Record<string, ClassPrices>> | undefined
}

/** Prices by region: the content of a file of prices. */
export interface PriceTable {
  /** The currency of all prices. */
  readonly currency: 'USD'
  /** The prices by the name of their region, as `eu-west-1`. */
  readonly regions: Readonly<Record<string, RegionPrices>>
}

const PRICE: Rule = rule('a number of US dollars from 0 to 1,000,000', isNumber, (value) => {
  return value >= 0 && value <= 1e6
})

const RESTORE_RULES = {
  expeditedRetrieval: PRICE,
  expeditedRequests: PRICE,
  standardRetrieval: PRICE,
  standardRequests: PRICE,
  bulkRetrieval: PRICE,
  bulkRequests: PRICE,
} satisfies RulesOf<RestorePrices>

const PRICE_RULES = {
  storage: PRICE,
  uploadRequests: PRICE,
  listRequests: PRICE,
  otherRequests: PRICE,
  ...RESTORE_RULES,
  inventoryRequests: PRICE,
  capacityUnits: PRICE,
} satisfies RulesOf<SomePrices>

/** The rule of {@link SomePrices}. */
export const PRICES: Rule = nested(PRICE_RULES)

const DATE: Rule = rule('a date as 2026-11 or 2026-11-29', (value): value is string => {
  return typeof value === 'string' && /^\d{4}(?:-\d\d){0,2}$/.test(value)
})

const CLASS_PRICE_RULES = {
  storage: PRICE,
  uploadRequests: PRICE,
  readRequests: PRICE,
  retrieval: PRICE,
  ...RESTORE_RULES,
} satisfies RulesOf<ClassPrices>

const CLASS_PRICES: Rule = nested<ClassPrices>(CLASS_PRICE_RULES)

/** The names of the prices of a storage class. */
export const CLASS_PRICE_NAMES: readonly string[] = Object.keys(CLASS_PRICE_RULES)

/** The rule of {@link BucketPrices}. */
export const BUCKET_PRICES: Rule = nested<BucketPrices>(
  Object.fromEntries(Object.keys(CLASS_CHARGES).map((name) => [name, CLASS_PRICES])) as RulesOf<BucketPrices>, // all its fields
)

const STORAGE_CLASSES: Rule = (value, name, caller) => {
  record('an object with a field for each storage class', {})(value, name, caller)
  for (const [storageClass, prices] of Object.entries(value as object))
    CLASS_PRICES(prices, `${name}.${storageClass}`, caller)
}

const REGION_PRICES: Rule = nested<RegionPrices>({
  ...PRICE_RULES,
  date: required(DATE),
  source: required(TEXT),
  storageClasses: STORAGE_CLASSES,
})

const REGIONS: Rule = (value, name, caller) => {
  record('an object with a field for each region', {})(value, name, caller)
  for (const [region, prices] of Object.entries(value as object))
    REGION_PRICES(prices, `${name}.${region}`, caller)
}

/** The rule of a {@link PriceTable}. */
export const PRICE_TABLE: Rule = record('a table of prices: {"currency":"USD","regions":{…}}', {
  currency: required(oneOf('USD')),
  regions: required(REGIONS),
})
