import type { ModelMember, ModelType } from './service-model.js'

// What of a request the service must refuse, whatever else is in it: values that the model does not have.

/** The values of members that have only a few, as the documentation of the model lists them. */
const VALUES: Readonly<Record<string, RegExp>> = {
  limit: /^[1-9]\d*$/,
  statuscode: /^(?:InProgress|Succeeded|Failed)$/,
  completed: /^(?:true|false)$/,
  partSize: /^(?:1048576|[2-9]\d{6,8}|[1-9]\d{7,9})$/,
  archiveSize: /^[1-9]\d{0,13}$/,
  Tier: /^(?:Expedited|Standard|Bulk)$/,
  Format: /^(?:CSV|JSON)$/,
  Strategy: /^(?:BytesPerHour|FreeTier|None)$/,
  Limit: /^[1-9]\d*$/,
  CannedACL:
    /^(?:private|public-read|public-read-write|aws-exec-read|authenticated-read|bucket-owner-(?:read|full-control))$/,
  StorageClass: /^(?:STANDARD|REDUCED_REDUNDANCY|STANDARD_IA)$/,
  Permission: /^(?:FULL_CONTROL|WRITE|WRITE_ACP|READ|READ_ACP)$/,
  ExpressionType: /^SQL$/,
}

/** The first member that has a value which the model does not have; `undefined` where none has. */
export function wrongMember(name: string, type: ModelType, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  switch (type.kind) {
    case 'structure':
      return isObject(value) ? wrongIn(type.members, value) : name
    case 'map':
      if (!isObject(value)) return name
      return Object.values(value).some((it) => typeof it !== 'string') ? name : undefined
    case 'list':
      if (!Array.isArray(value) || value.includes(null)) return name
      return value.map((it: unknown) => wrongMember(name, type.item, it)).find((it) => it !== undefined)
    case 'number':
      return typeof value === 'number' ? undefined : name
    default:
      return typeof value !== 'string' || VALUES[name]?.test(value) === false ? name : undefined
  }
}

/** The same of the members of an object. */
export function wrongIn(
  members: readonly Pick<ModelMember, 'name' | 'type'>[],
  object: object,
): string | undefined {
  const fields = object as Readonly<Record<string, unknown>>
  const found = members.map(({ name, type }) =>
    Object.hasOwn(fields, name) ? wrongMember(name, type, fields[name]) : undefined,
  )
  return found.find((it) => it !== undefined)
}

/** The same of a text in a header or a parameter, where numbers are texts too. */
export function isWrongText(name: string, text: string): boolean {
  return VALUES[name]?.test(text) === false
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
