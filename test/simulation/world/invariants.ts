/**
 * The invariants of a run, by the names under which they are reported. docs/reliability.md lists them.
 *
 * Most are checked at the end of the disturbed rounds and again when faults have ceased; the others at each step of a process.
 */
export const INVARIANTS = {
  // Success.
  'a success is what the vault holds':
    'The ID, size and hash of each archive that a process reports are those of the vault, and its bytes are the source.',
  'a success is what the bucket holds':
    'Each object that a process reports was at its key with that size, composite and content, and only who may overwrite it, or somebody who deletes it, has ended that.',
  'an existing object is not replaced':
    'Without `overwrite`, a process never replaces an object; with it, only by its own source.',
  'an object is of one source': 'Each object is the whole source of a process, or a volume of it.',
  'a success is what the catalog says':
    'The catalog has a record of each archive that a process reports, with its size, hash and place in the stream.',
  'a success is confirmed':
    'A process reports an archive only if the service, or an inventory, has stated its right hash or no hash.',
  'an archive ID has one hash': 'No archive ID is recorded with two sizes or two hashes.',
  // Nothing is lost.
  'every archive is known to the catalog':
    'Each archive in the vault has a record, a note that it may exist, or an open intent with its size and hash.',
  'every object is known to the catalog':
    'Each object that a process has stored has a record or an open intent with its size and hash.',
  'an archive with a known ID is recorded':
    'An archive whose ID has reached a process is recorded, also if it is not the one that was meant.',
  'no wrong abort': 'An upload is aborted only by its owner, and never after its completion was sent.',
  'a stream of each name is kept': 'A policy of retention keeps one whole stream of each name.',
  'a rebuilt catalog has the inventory': 'After a rebuild, the catalog has every archive of the inventory.',
  // Resumption.
  'nothing stored is sent again':
    'A part that is known to be stored is not sent again, except to keep an upload alive and after a request without a response.',
  'three runs succeed when faults have ceased':
    'Once faults have ceased, at most three runs with `--resume` store any source; in a bucket, an object that exists may refuse them, or a stored volume that is not there any more.',
  'a stored stream is retrieved when faults have ceased':
    'Once faults have ceased, each stored stream is retrieved; of a bucket, each whose objects are there and can be verified.',
  'a lost catalog is rebuilt when faults have ceased':
    'Once faults have ceased, a catalog that was lost is rebuilt.',
  'a file that was begun is completed when faults have ceased':
    'Once faults have ceased, at most three runs complete a file, also if its bytes were changed.',
  'an upload is kept alive':
    'A process whose source is silent sends a part again before its upload can expire.',
  'an upload that has ended is not open':
    'An upload that the catalog has as ended is not open at the service.',
  'an upload counts as gone only if it is':
    'A process that has completed an upload never reports that the upload is gone.',
  // Two processes.
  'only the owner of a stream stores archives':
    'A process sends a request that stores an archive only right after it has seen that it owns the stream.',
  'a lock is taken only from a process that is gone':
    'A lock is taken over only from a process that has ended, or that is on another host and could have.',
  // Retrieval.
  'delivered bytes are right':
    'The bytes that a reader has delivered are always the beginning of the right ones.',
  'a delivered range is verified':
    'Each range was compared with a right hash of the service before it is delivered; of a bucket, each part.',
  'a job is started once': 'A job is started once, also if the response to the request is lost.',
  'a restore is requested only if it is needed':
    'A process requests a restore only of the object that it retrieves, and not while it has seen one running.',
  'delivered bytes are complete': 'A reader that ends without an error has delivered all bytes.',
  'a file under its final name is complete': 'A file under its final name has all bytes, and no others.',
  'a retrieved file has its name': 'A retrieval that succeeds has made its file.',
  // Bounds.
  'parts stay within the budget': 'A process never holds more memory for parts than its budget.',
  'the memory of a part is released once': 'The memory of a part is released once.',
  'requests stay within the concurrency': 'A process never makes more requests at once than its concurrency.',
  'the bytes of a request are those it states':
    'The bytes of a request have the hashes that it states, unless they are damaged on the way.',
  'part memory':
    'The bytes of a request do not change while it is in flight: no memory is used after its release.',
  // Ends.
  'errors are documented ones': 'A process fails only with errors that the documentation has.',
  'nothing remains of an ended process':
    'A process that has ended leaves no timer, open file, socket or listener.',
  'no lock remains of an ended process': 'A process that has ended leaves no lock and no temporary file.',
  uncaught: 'No error is uncaught, and no rejection unhandled.',
  settles: 'Every promise of a living process settles.',
  ends: 'A run ends within its limits of events and of simulated time.',
  returns: 'No code keeps the event loop for itself or uses up the memory.',
  scenario: 'The scenario itself does not fail.',
  'request form':
    'Below the SDK, each request has a form that the service understands, and no call makes two requests.',
} as const

/** The name of an invariant. */
export type InvariantName = keyof typeof INVARIANTS
