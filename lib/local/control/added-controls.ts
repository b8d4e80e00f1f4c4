/** The controls of a server that runs beside the local vault, such as a local bucket. */

/** The JSON object in the body of a control. */
export type ControlBody = Readonly<Record<string, unknown>>

/** Carries out a control of another server, which it knows. Returns the JSON object of the response. */
export type AddedControl = (body: ControlBody, query: URLSearchParams) => Promise<object> | object

/** Controls by method and path below `/.control/`. No path is one of the local vault itself. */
export type AddedControls = Readonly<Record<string, AddedControl>>
