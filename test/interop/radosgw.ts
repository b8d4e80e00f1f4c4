/**
 * Starts radosgw, the S3 server of Ceph, with the smallest cluster it needs: a monitor and an OSD that stores in memory. Everything
 * listens on loopback and writes into a folder of its own. The processes end with the one that has started them.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { OtherServer, Ways } from './other-server.js'

const execute = promisify(execFile)

/** The programs, as the packages of Debian have them. */
const PROGRAMS = ['ceph-mon', 'ceph-osd', 'radosgw', 'radosgw-admin', 'ceph', 'monmaptool', 'setpriv']
const PACKAGES = 'apt-get install --no-install-recommends radosgw ceph-mon ceph-osd ceph-common'

const CREDENTIALS = { accessKeyId: 'RADOSGWKEY', secretAccessKey: 'radosgw-secret' }

/** Of radosgw 16.2, with the storage classes of a new zone. */
const WAYS: Ways = {
  archiveClass: undefined,
  namesRegion: false,
  completesIfAbsent: false,
  deletesIfMatch: false,
  checksBodies: true,
  statesWrongComposite: false,
}

/** Starts radosgw; why it cannot be started, if a program is missing or fails. */
export async function startRadosgw(): Promise<OtherServer | string> {
  for (const program of PROGRAMS)
    if (!(await isInstalled(program))) return `${program} is not installed: ${PACKAGES}`
  const cluster = await Cluster.create()
  try {
    return await cluster.start()
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error)
    const said = await cluster.lastLine()
    await cluster.stop()
    return `${cluster.step} cannot be started: ${said || reason}`
  }
}

async function isInstalled(program: string): Promise<boolean> {
  return execute(program, ['--version']).then(
    () => true,
    (error: unknown) => (error as NodeJS.ErrnoException).code !== 'ENOENT',
  )
}

class Cluster {
  /** The program that was started last. */
  step = ''
  readonly #dir: string
  readonly #monitorPort: number
  readonly #port: number
  readonly #running: ChildProcess[] = []
  readonly #signal = AbortSignal.timeout(60_000)

  private constructor(dir: string, monitorPort: number, port: number) {
    this.#dir = dir
    this.#monitorPort = monitorPort
    this.#port = port
  }

  static async create(): Promise<Cluster> {
    const dir = await mkdtemp(join(tmpdir(), 'glacier-pipe-radosgw-'))
    return new Cluster(dir, ...(await freePorts()))
  }

  async start(): Promise<OtherServer> {
    const fsid = randomUUID()
    const osd = randomUUID()
    await mkdir(join(this.#dir, 'mon'))
    await mkdir(join(this.#dir, 'osd'))
    await mkdir(join(this.#dir, 'log'))
    await writeFile(this.#configuration, this.#settings(fsid))
    const monitors = join(this.#dir, 'monmap')
    const address = `[v1:127.0.0.1:${this.#monitorPort}]`
    await this.#run('monmaptool', '--create', '--addv', 'a', address, '--fsid', fsid, monitors)
    await this.#run('ceph-mon', '-i', 'a', '--mkfs', '--monmap', monitors)
    await this.#serve('ceph-mon', '-i', 'a')
    await this.#run('ceph', 'osd', 'new', osd)
    await this.#run('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osd)
    await this.#run('ceph', 'osd', 'crush', 'add', 'osd.0', '1.0', 'host=h', 'root=default')
    await this.#serve('ceph-osd', '-i', '0')
    const { accessKeyId, secretAccessKey } = CREDENTIALS
    const keys = ['--access-key', accessKeyId, '--secret-key', secretAccessKey]
    await this.#run('radosgw-admin', 'user', 'create', '--uid', 'u', '--display-name', 'u', ...keys)
    const gateway = await this.#serve('radosgw', '-n', 'client.rgw.a')
    await this.#listening(gateway)
    const stop = (): Promise<void> => this.stop()
    return { endpoint: `http://127.0.0.1:${this.#port}`, credentials: CREDENTIALS, ways: WAYS, stop }
  }

  /** Ends all processes: the gateway and the OSD before the monitor, without which they would wait. */
  async stop(): Promise<void> {
    for (const child of this.#running.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const exited = once(child, 'exit')
      child.kill('SIGKILL')
      await exited
    }
    await rm(this.#dir, { recursive: true, force: true })
  }

  /** The last line of the log of the program that was started last; empty if it has none. */
  async lastLine(): Promise<string> {
    const log = await readFile(this.#logOf(this.step), 'utf8').catch(() => '')
    return log.trim().split('\n').at(-1) ?? ''
  }

  get #configuration(): string {
    return join(this.#dir, 'ceph.conf')
  }

  #logOf(program: string): string {
    return join(this.#dir, 'log', program)
  }

  async #run(program: string, ...args: string[]): Promise<string> {
    this.step = program
    const { stdout } = await execute(program, ['-c', this.#configuration, ...args], { signal: this.#signal })
    return stdout
  }

  /** Starts a program in the foreground; `setpriv` ends it with this process, whatever ends that. */
  async #serve(program: string, ...args: string[]): Promise<ChildProcess> {
    this.step = program
    const log = await open(this.#logOf(program), 'w')
    const words = ['--pdeathsig', 'KILL', program, '-d', '-c', this.#configuration, ...args]
    const child = spawn('setpriv', words, { stdio: ['ignore', log.fd, log.fd] })
    this.#running.push(child)
    await once(child, 'spawn')
    await log.close()
    return child
  }

  async #listening(gateway: ChildProcess): Promise<void> {
    while (!(await accepts(this.#port))) {
      if (gateway.exitCode !== null) throw new Error(`it has ended with exit code ${gateway.exitCode}`)
      await wait(50, undefined, { signal: this.#signal })
    }
  }

  #settings(fsid: string): string {
    const dir = this.#dir
    return `[global]
fsid = ${fsid}
auth cluster required = none
auth service required = none
auth client required = none
mon host = v1:127.0.0.1:${this.#monitorPort}
public addr = 127.0.0.1
cluster addr = 127.0.0.1
ms bind msgr2 = false
ms bind ipv6 = false
run dir = ${dir}
crash dir = ${dir}
admin socket =
pid file =
log to file = false
mon cluster log file =
mon data = ${join(dir, 'mon')}
osd data = ${join(dir, 'osd')}
osd objectstore = memstore
memstore device bytes = 1073741824
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
paxos propose interval = 0.05
osd crush update on start = false
osd class update on start = false
osd crush chooseleaf type = 0
rgw frontends = beast endpoint=127.0.0.1:${this.#port}
rgw data = ${join(dir, 'rgw')}
`
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  return once(socket, 'connect')
    .then(
      () => true,
      () => false,
    )
    .finally(() => {
      socket.destroy()
    })
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()]
  const ports: number[] = []
  for (const server of servers) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  for (const server of servers) {
    server.close()
    await once(server, 'close')
  }
  return [ports[0] ?? 0, ports[1] ?? 0]
}
