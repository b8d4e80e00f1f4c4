import { computeChecksums } from '../../lib/tree-hash/tree-hash.js'
import { MIB } from '../../lib/sizes.js'
import type { RawRequest, RawResponse } from './local-vault.js'
import { isWrongText, wrongIn, wrongMember } from './model-check.js'
import { spoilt, textFor, valueFor } from './model-values.js'
import type { Random } from './random.js'
import type { ModelMember, ModelOperation } from './service-model.js'

// Requests of the operations of the model, for what there is in a vault, and what their answers tell of it.

/** IDs of a kind that are remembered: the last ones. */
const MOST_KNOWN = 8
const VAULTS = ['docs', 'docs', 'docs', 'photos', 'a.b-c_D', 'x'.repeat(255)]
/** The label that each of these headers of an answer is. */
const IDS = {
  'x-amz-archive-id': 'archiveId',
  'x-amz-job-id': 'jobId',
  'x-amz-multipart-upload-id': 'uploadId',
  'x-amz-lock-id': 'lockId',
} as const

/** A request, and what is to be known of it when it is answered. */
export interface ModelRequest extends RawRequest {
  readonly labels: Readonly<Record<string, string>>
  /** Whether the path is one of the operation: an empty label makes it another. */
  readonly isReached: boolean
  /** A member with a value that the model does not have: the request must be refused. */
  readonly wrong: string | undefined
  /** Of an upload: its bytes. */
  readonly bytes: Buffer
}

/** The objects that exist, as far as responses have stated. */
export class KnownThings {
  readonly #ids: Readonly<Record<string, { readonly vaultName: string; readonly id: string }[]>> = {
    archiveId: [],
    jobId: [],
    uploadId: [],
    lockId: [],
  }
  readonly #markers: string[] = []
  readonly #firstParts = new Map<string, Buffer>()

  /** A request of an operation: for what there is, and wrong in nothing or in a few things. */
  requestFor(random: Random, operation: ModelOperation): ModelRequest {
    const { input, method, uri } = operation
    const labels = this.#labelsFor(random, operation)
    const [path = '', fixed] = uri.split('?')
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encoded(labels[name] ?? ''))
    const bytes = bytesFor(random, input)
    const query = [...(fixed ? [fixed] : []), ...this.#queryFor(random, input)].join('&')
    const body = bytes ?? this.#bodyFor(random, input)
    const headers = this.#headersFor(random, operation, labels, body, bytes !== undefined)
    return {
      method,
      path: query ? `${filled}?${query}` : filled,
      headers,
      body,
      labels,
      isReached: Object.values(labels).every((label) => label !== ''),
      wrong:
        wrongText(input, new URLSearchParams(query), headers) ?? (bytes ? undefined : wrongBody(input, body)),
      bytes: body,
    }
  }

  /** Takes note of what an answer tells. */
  learn({ name }: ModelOperation, { labels, headers, bytes }: ModelRequest, answer: RawResponse): void {
    if (answer.status >= 300) return
    const { vaultName = '', uploadId = '', archiveId } = labels
    if (name === 'DeleteArchive') forget(this.#ids.archiveId ?? [], ({ id }) => id === archiveId)
    for (const [header, label] of Object.entries(IDS)) {
      const id = answer.headers[header]
      if (typeof id === 'string') remember(this.#ids[label] ?? [], { vaultName, id })
    }
    if (name === 'UploadMultipartPart' && headers?.['content-range']?.startsWith('bytes 0-'))
      this.#firstParts.set(uploadId, bytes)
    const { InventoryRetrievalParameters: inventory, Marker } = answer.json
    for (const marker of [Marker, (inventory as { Marker?: unknown } | null | undefined)?.Marker])
      if (typeof marker === 'string') remember(this.#markers, marker)
  }

  /** Labels that fit each other: an ID with the name of its vault. */
  #labelsFor(random: Random, { name: operation, input }: ModelOperation): Record<string, string> {
    const labels: Record<string, string> = {}
    const names = input.filter(({ place }) => place === 'label').map(({ name }) => name)
    const [idName = ''] = names.filter((name) => name in this.#ids)
    const all = this.#ids[idName] ?? []
    const begun =
      operation === 'CompleteMultipartUpload' ? all.filter(({ id }) => this.#firstParts.has(id)) : []
    const known = begun.length > 0 ? begun : all
    const found = known.length > 0 ? random.pick(known) : undefined
    for (const name of names) {
      const whole = name === 'vaultName' ? (found?.vaultName ?? random.pick(VAULTS)) : '-'
      const fitting = name === idName ? found?.id : whole
      labels[name] =
        fitting !== undefined && random.chance(92)
          ? fitting
          : (textFor(random, name, this.#known(name)) ?? '')
    }
    return labels
  }

  #known(name: string): string[] {
    if (name === 'vaultName') return VAULTS
    return (this.#ids[name] ?? []).map(({ id }) => id)
  }

  #queryFor(random: Random, input: readonly ModelMember[]): string[] {
    const parameters: string[] = []
    for (const { name, place, wireName } of input) {
      if (place !== 'query' || random.chance(40)) continue
      const times = random.chance(3) ? 2 : 1
      for (let i = 0; i < times; i++) {
        const value = textFor(random, name, name === 'marker' ? this.#markers : [])
        if (value !== undefined) parameters.push(`${wireName}=${encoded(value)}`)
      }
    }
    if (random.chance(3)) parameters.push('unknown=1')
    return parameters
  }

  #bodyFor(random: Random, input: readonly ModelMember[]): Buffer {
    const known = { ArchiveId: this.#known('archiveId'), Marker: this.#markers }
    const payload = input.find(({ place }) => place === 'payload')
    const fields = input.filter(({ place }) => place === 'body')
    if (!payload && fields.length === 0) return Buffer.alloc(0)
    const value = payload
      ? valueFor(random, payload, known)
      : Object.fromEntries(fields.map((field) => [field.name, valueFor(random, field, known)]))
    return spoilt(random, JSON.stringify(value ?? null))
  }

  #headersFor(
    random: Random,
    { name: operation, input }: ModelOperation,
    { uploadId = '' }: Readonly<Record<string, string>>,
    body: Buffer,
    isUpload: boolean,
  ): Record<string, string> {
    const { linearHash, treeHash } = computeChecksums(body)
    const first = this.#firstParts.get(uploadId)
    const start = random.chance(80) ? 0 : random.pick([MIB, 2 * MIB, 9999 * MIB, 10_000 * MIB, 512])
    const range = `bytes ${start}-${start + body.length - 1}`
    const known: Readonly<Record<string, readonly string[]>> = {
      checksum: [first ? computeChecksums(first).treeHash : treeHash],
      archiveSize: [String(first?.length ?? 1)],
      range: operation === 'GetJobOutput' ? [] : [`${range}/*`, `${range}/${start + body.length}`],
    }
    const headers: Record<string, string> = {}
    for (const { name, place, wireName } of input) {
      if (place !== 'header') continue
      const value = name === 'checksum' && isUpload ? treeHash : undefined
      const text = value !== undefined && random.chance(90) ? value : textFor(random, name, known[name] ?? [])
      if (text !== undefined) headers[wireName] = text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '')
    }
    if (isUpload && random.chance(96))
      headers['x-amz-content-sha256'] = random.chance(96)
        ? linearHash
        : random.pick(['UNSIGNED-PAYLOAD', treeHash, 'x'])
    if (random.chance(20))
      headers['content-type'] = random.pick(['application/x-www-form-urlencoded', 'text/plain'])
    return { ...headers, 'content-length': String(body.length) }
  }
}

/** The bytes of an upload; `undefined` where the operation has none. */
function bytesFor(random: Random, input: readonly ModelMember[]): Buffer | undefined {
  if (!input.some(({ type }) => type.kind === 'blob')) return undefined
  const size = random.chance(90) ? random.pick([1, 10, 1000]) : random.pick([0, MIB, MIB + 1, 2 * MIB])
  return Buffer.alloc(size, random.below(256))
}

/** A parameter or a header that must be refused; `undefined` where none must. */
function wrongText(
  input: readonly ModelMember[],
  query: URLSearchParams,
  headers: Readonly<Record<string, string>>,
): string | undefined {
  const found = input.find(({ name, place, wireName }) => {
    const texts = place === 'query' ? query.getAll(wireName) : [headers[wireName] ?? []].flat()
    return (place === 'query' || place === 'header') && texts.some((text) => isWrongText(name, text.trim()))
  })
  return found?.name
}

/** A field of a body, or the body itself, that must be refused; `undefined` where none must. */
function wrongBody(input: readonly ModelMember[], body: Buffer): string | undefined {
  const payload = input.find(({ place }) => place === 'payload')
  const fields = input.filter(({ place }) => place === 'body')
  if (!payload && fields.length === 0) return undefined
  try {
    const value: unknown = JSON.parse(body.toString())
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'body'
    return payload ? wrongMember(payload.name, payload.type, value) : wrongIn(fields, value)
  } catch {
    return 'body'
  }
}

function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()) // half of a surrogate pair has no encoding
}

function remember<T>(list: T[], it: T): void {
  list.push(it)
  if (list.length > MOST_KNOWN) list.shift()
}

function forget<T>(list: T[], isMeant: (it: T) => boolean): void {
  const at = list.findIndex(isMeant)
  if (at >= 0) list.splice(at, 1)
}
