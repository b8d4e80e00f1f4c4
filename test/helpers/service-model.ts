import * as sdk from '@aws-sdk/client-glacier'

// The service's model, as @aws-sdk/client-glacier has it in its schemas: what requests are made of, and what answers have.

/** The constraints of a member. */
export type ModelType =
  | { readonly kind: 'string' | 'number' | 'boolean' | 'blob' }
  | { readonly kind: 'list' | 'map'; readonly item: ModelType }
  | { readonly kind: 'structure'; readonly name: string; readonly members: readonly ModelMember[] }

/** A member of a structure. */
export interface ModelMember {
  readonly name: string
  readonly type: ModelType
  /** Where it goes; `body` is a field of the JSON body, `payload` all of the body. */
  readonly place: 'label' | 'query' | 'header' | 'payload' | 'status' | 'body'
  /** Its name there. */
  readonly wireName: string
}

/** An operation. */
export interface ModelOperation {
  readonly name: string
  readonly method: string
  /** `/{accountId}/vaults/{vaultName}`, with a query where that tells operations apart. */
  readonly uri: string
  /** The status of success. */
  readonly status: number
  readonly input: readonly ModelMember[]
  readonly output: readonly ModelMember[]
}

// Schemas are tuples: [3, namespace, name, traits, member names, member types], [9, …, traits, input, output], and so on.
// A member's type is a number, a schema, a function that gives one, or a pair of these and traits.

/** Every operation of the model. */
export const OPERATIONS: readonly ModelOperation[] = Object.values(sdk as Record<string, unknown>)
  .filter((value): value is unknown[] => Array.isArray(value) && value[0] === 9)
  .map(([, , name, traits, input, output]) => {
    const [method, uri, status] = (traits as { http: [string, string, number] }).http
    return { name: String(name), method, uri, status, input: membersOf(input), output: membersOf(output) }
  })

/** The status of each error of the model. */
export const MODELLED_ERRORS: ReadonlyMap<string, number> = new Map(
  Object.values(sdk as Record<string, unknown>)
    .filter((value): value is unknown[] => Array.isArray(value) && value[0] === -3)
    .filter(([, , , traits]) => typeof traits === 'object')
    .map(([, , name, traits]) => [String(name), (traits as { httpError: number }).httpError]),
)

function membersOf(schema: unknown): ModelMember[] {
  const found = resolved(schema)
  if (!Array.isArray(found)) return [] // the unit
  const [, , , , names, types] = found as [unknown, unknown, unknown, unknown, string[], unknown[]]
  return names.map((name, i) => memberOf(name, types[i]))
}

function memberOf(name: string, type: unknown): ModelMember {
  const isPair = Array.isArray(type) && type.length === 2
  const [schema, traits] = isPair ? (type as [unknown, unknown]) : [type, 0]
  const member = { name, type: typeOf(schema) }
  const { httpHeader, httpQuery } = traits as { httpHeader?: string; httpQuery?: string }
  if (httpHeader !== undefined) return { ...member, place: 'header', wireName: httpHeader.toLowerCase() }
  if (httpQuery !== undefined) return { ...member, place: 'query', wireName: httpQuery }
  const place = new Map([
    [1, 'label'],
    [16, 'payload'],
    [32, 'status'],
  ] as const).get(traits as 1)
  return { ...member, place: place ?? 'body', wireName: name }
}

function typeOf(schema: unknown): ModelType {
  const found = resolved(schema)
  if (typeof found === 'number') {
    if (found >= 128) return { kind: 'map', item: typeOf(found - 128) }
    if (found >= 64) return { kind: 'list', item: typeOf(found - 64) }
    return { kind: found === 0 ? 'string' : found === 1 ? 'number' : found === 2 ? 'boolean' : 'blob' }
  }
  const [id, , name, , item] = found as [number, string, string, unknown, unknown]
  if (id === 1) return { kind: 'list', item: typeOf(item) }
  if (id === 0) return { kind: 'blob' }
  return { kind: 'structure', name, members: membersOf(found) }
}

function resolved(schema: unknown): unknown {
  return typeof schema === 'function' ? (schema as () => unknown)() : schema
}
