/**
 * The history of all requests of a run, for the invariants. The adapter of a client records each request when the client
 * makes it, and carries it out through {@link RequestHistory.carryOut}, once, or never.
 */
import type { ByteRange } from '../../../lib/byte-range.js'
import type { FaultKind } from '../world/faults.js'
import type { World } from '../world/world.js'
import type { Operation } from '../network/requests.js'
import { ServiceRefusal, type Caller } from './service.js'

/** The parts of a request that the invariants look at. */
export interface RequestSummary {
  readonly uploadId?: string | undefined
  readonly archiveId?: string | undefined
  readonly jobId?: string | undefined
  /** The key of an object. */
  readonly key?: string | undefined
  /** Of a part, of a retrieval, or of an output. A part of a bucket has the range of its number: part 1 is 0 to 1. */
  readonly range?: ByteRange | undefined
  /** Bytes of the body, or of the archive that is completed. */
  readonly size?: number | undefined
  /** The hash that the client states: the tree hash, or in a bucket the SHA-256 of a part or the composite of an object. */
  readonly treeHash?: string | undefined
  readonly description?: string | undefined
}

/** A request. */
export interface RequestRecord {
  /** The name of the process that made it. */
  readonly who: string
  readonly caller: Caller
  readonly operation: Operation
  readonly request: RequestSummary
  /** The time at which the client made it. */
  readonly sentMs: number
  /** The time at which the service carried it out or refused it; `undefined` if it never arrived, or has not yet. */
  carriedOutMs: number | undefined
  /** What the service did: `accepted`, or the code of its refusal; `undefined` if the request never arrived. */
  outcome: string | undefined
  /** The ID in the response of the service: of an upload, an archive or a job. */
  responseId: string | undefined
  /** Whether the response of the service reached the process. */
  responded: boolean
  /** What the process got: `success`, or the code of the error; `undefined` if the call has not settled, or never will. */
  result: string | undefined
  /** The time at which the call of the client settled. */
  settledMs: number | undefined
  /** The faults that took effect at this request. */
  readonly faults: FaultKind[]
}

/** All requests of a run, in the order in which clients made them. */
export class RequestHistory {
  readonly records: RequestRecord[] = []
  readonly #world: World
  #current: RequestRecord | undefined

  constructor(world: World) {
    this.#world = world
  }

  /** Records a request that a client makes. */
  begin(who: string, caller: Caller, operation: Operation, request: RequestSummary): RequestRecord {
    const record: RequestRecord = {
      who,
      caller,
      operation,
      request,
      sentMs: this.#world.scheduler.nowMs,
      carriedOutMs: undefined,
      outcome: undefined,
      responseId: undefined,
      responded: false,
      result: undefined,
      settledMs: undefined,
      faults: [],
    }
    this.records.push(record)
    return record
  }

  /**
   * Carries a request out, now.
   *
   * @returns the response
   * @throws {ServiceRefusal} the service refuses it
   */
  carryOut<Response extends object | undefined>(record: RequestRecord, act: () => Response): Response {
    record.carriedOutMs = this.#world.scheduler.nowMs
    this.#current = record
    try {
      const response = act()
      record.outcome = 'accepted'
      record.responseId = idIn(response)
      return response
    } catch (error) {
      if (error instanceof ServiceRefusal) record.outcome = error.code
      throw error
    } finally {
      this.#current = undefined
      this.#world.note(record.who, () => textOf(record))
    }
  }

  /** Whether the request that is being carried out has a fault. */
  has(kind: FaultKind): boolean {
    return this.#current?.faults.includes(kind) ?? false
  }

  /** Records what the client got. */
  settle(record: RequestRecord, result: string): void {
    record.result = result
    record.settledMs = this.#world.scheduler.nowMs
  }

  /** Counts a fault that took effect, at the request that is being carried out or at the given one. */
  tookEffect(kind: FaultKind, record: RequestRecord | undefined = this.#current): void {
    record?.faults.push(kind)
    this.#world.faults.tookEffect(kind)
  }
}

function idIn(response: object | undefined): string | undefined {
  const { uploadId, archiveId, jobId } = (response ?? {}) as RequestSummary
  return archiveId ?? jobId ?? uploadId
}

function textOf({ operation, request, outcome = 'failed', responseId, faults }: RequestRecord): string {
  const { uploadId, archiveId, jobId, key, range } = request
  const subject = [uploadId, archiveId, jobId, key, range && `${range.start}-${range.end - 1}`]
  const words = [operation, ...subject, '→', outcome, responseId, ...faults]
  return words.filter((word) => word !== undefined).join(' ')
}
