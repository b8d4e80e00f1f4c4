/** `account.json`: the settings of an account in a region. */
import { arrayOf, isDate, isText, nullOr, shaped } from './shape.js'

/** How much can be retrieved (docs/glacier-protocol.md#retrieval-policy). */
export interface RetrievalRule {
  readonly Strategy: 'BytesPerHour' | 'FreeTier' | 'None'
  /** `null` unless the strategy is `BytesPerHour`. */
  readonly BytesPerHour: number | null
}

/** A unit of provisioned capacity. */
export interface CapacityUnit {
  readonly capacityId: string
  /** ISO 8601. */
  readonly startDate: string
  /** ISO 8601. */
  readonly expirationDate: string
}

/** `account.json`. */
export interface AccountRecord {
  /** Absent until one is set. */
  readonly retrievalRule?: RetrievalRule
  readonly capacity: readonly CapacityUnit[]
}

const isRule = shaped<RetrievalRule>({
  Strategy: (value) => value === 'BytesPerHour' || value === 'FreeTier' || value === 'None',
  BytesPerHour: nullOr((value) => typeof value === 'number'),
})

/** Whether a value has the form of an {@link AccountRecord}. */
export const isAccount: (value: unknown) => value is AccountRecord = shaped<AccountRecord>({
  retrievalRule: (value) => value === undefined || isRule(value),
  capacity: arrayOf(shaped<CapacityUnit>({ capacityId: isText, startDate: isDate, expirationDate: isDate })),
})
