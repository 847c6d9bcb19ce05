import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import type { RocketMQOptions, StartedRocketMQ } from '@rocketmq-ts/testcontainers'
import { StartError } from '@rocketmq-ts/testcontainers'
import { Admin } from '../../packages/testcontainers/src/admin'
import {
  brokerJavaOptions,
  brokerProperties,
  nameserverJavaOptions,
  propertiesText
} from '../../packages/testcontainers/src/broker-properties'
import { Cluster, type Runner } from '../../packages/testcontainers/src/cluster'
import { type ResolvedOptions, resolveOptions } from '../../packages/testcontainers/src/options'
import { freePort } from '../../packages/testcontainers/src/ports'

const ip = '127.0.0.1'
const linesKept = 20
const recipe = join(__dirname, 'image')

/**
 * The judge for machines with Java but without containers: the same jars, launchers and configuration as in the assembled image, as plain
 * processes in a temporary home directory.
 */
export async function startJarProcesses(version: string, lib: string, options: RocketMQOptions): Promise<StartedRocketMQ> {
  const resolved = resolveOptions({ ...options, version, image: `jars-of-${version}` }, {})
  const home = await assembleHome(lib)
  const brokerPort = resolved.brokerPort ?? (await freePort([0, -2, 1]))
  const nameserverPort = resolved.nameserverPort ?? (await freePort([0]))
  const properties = brokerProperties({ ip, port: brokerPort, nameserver: `${ip}:${nameserverPort}`, config: resolved.brokerConfig })
  const runner = new JarRunner(home, resolved, nameserverPort)
  const [nameserver, broker] = [`${ip}:${nameserverPort}`, `${ip}:${brokerPort}`]
  const admin = new Admin({ nameserver, broker, advertised: broker, brokerName: properties.get('brokerName') ?? '' })
  const { startupTimeoutMs } = resolved
  const facts = { ip, nameserverPort, brokerPort, properties, version, image: await imageOf(version, lib), startupTimeoutMs }
  const cluster = new Cluster(facts, runner, admin)
  try {
    await writeFile(join(home, 'nameserver.conf'), `listenPort=${nameserverPort}\n`)
    await writeFile(join(home, 'broker.conf'), propertiesText(properties))
    await runner.start()
    await cluster.ready(resolved)
    return cluster
  } catch (error) {
    await runner.remove()
    throw error
  }
}

/** A home directory as the assembled image has it; the jars stay where they are. */
async function assembleHome(lib: string): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'rocketmq-ts-judge-'))
  await mkdir(join(home, 'rocketmq/conf'), { recursive: true })
  await cp(join(recipe, 'bin'), join(home, 'rocketmq/bin'), { recursive: true })
  await symlink(lib, join(home, 'rocketmq/lib'), 'junction')
  const names = ['logback.xml', ...['broker', 'namesrv', 'tools'].map((role) => `logback_${role}.xml`)]
  for (const name of names) await cp(join(recipe, 'conf/logback.xml'), join(home, 'rocketmq/conf', name))
  return home
}

/** There is no image: its place is taken by the hash over the jars. */
async function imageOf(version: string, lib: string): Promise<StartedRocketMQ['image']> {
  const sums = await readFile(join(dirname(lib), 'SHA256SUMS'), 'utf8')
  const own = [...sums.matchAll(/^([0-9a-f]{64}) {2}(rocketmq-.*)$/gm)].map(([, hash = '', name = '']) => [`rocketmq-ts.jar.${name}`, hash])
  const id = `sha256:${createHash('sha256').update(sums).digest('hex')}`
  return { name: `jars in .official/${version}/lib as plain processes`, id, origin: 'other', labels: Object.fromEntries(own) }
}

class JarRunner implements Runner {
  readonly #home: string
  readonly #options: ResolvedOptions
  readonly #nameserverPort: number
  readonly #brokerLines: string[] = []
  #nameserver: ChildProcess | undefined
  #broker: ChildProcess | undefined

  constructor(home: string, options: ResolvedOptions, nameserverPort: number) {
    this.#home = home
    this.#options = options
    this.#nameserverPort = nameserverPort
  }

  async start(): Promise<void> {
    this.#nameserver = this.#spawn('mqnamesrv', 'nameserver.conf', nameserverJavaOptions)
    await this.#untilStarted('nameserver', this.#nameserver, [])
    await this.startBroker()
  }

  async startBroker(): Promise<void> {
    this.#broker = this.#spawn('mqbroker', 'broker.conf', brokerJavaOptions(this.#options.heapMegabytes))
    await this.#untilStarted('broker', this.#broker, this.#brokerLines)
  }

  brokerLog(): readonly string[] {
    return [...this.#brokerLines]
  }

  async brokerRuns(): Promise<boolean> {
    return this.#broker !== undefined && runs(this.#broker)
  }

  async signalBroker(signal: 'TERM' | 'KILL'): Promise<void> {
    this.#broker?.kill(`SIG${signal}`)
  }

  brokerExit(): Promise<void> {
    return exitOf(this.#broker)
  }

  mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    return new Promise((resolve) => {
      const options = { cwd: join(this.#home, 'rocketmq/bin'), env: this.#environment(), encoding: 'utf8' } as const
      const tool = execFile('sh', ['mqadmin', ...args], options, (_, stdout, stderr) => {
        resolve({ exitCode: tool.exitCode ?? 1, output: stdout + stderr })
      })
    })
  }

  async remove(): Promise<void> {
    const children = [this.#broker, this.#nameserver]
    for (const child of children) child?.kill('SIGKILL')
    await Promise.all(children.map(exitOf))
    await rm(this.#home, { recursive: true, force: true })
  }

  #spawn(launcher: string, configuration: string, javaOptions: string): ChildProcess {
    const child = spawn('sh', [launcher, '-c', join(this.#home, configuration)], {
      cwd: join(this.#home, 'rocketmq/bin'),
      env: { ...this.#environment(), JAVA_OPT_EXT: javaOptions },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    // A test run that ends without stopping its judge takes the judge with it.
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    child.once('exit', () => process.off('exit', kill))
    return child
  }

  #environment(): NodeJS.ProcessEnv {
    return { ...process.env, HOME: this.#home, NAMESRV_ADDR: `${ip}:${this.#nameserverPort}` }
  }

  #untilStarted(role: string, child: ChildProcess, log: string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => reject(new StartError(role, this.#options.image, log, new Error(reason)))
      const timer = setTimeout(fail, this.#options.startupTimeoutMs, 'not ready in time')
      child.once('error', (error) => fail(error.message))
      child.once('exit', (code) => fail(`it exited with code ${code}`))
      child.once('exit', () => clearTimeout(timer))
      for (const stream of [child.stdout, child.stderr]) {
        if (stream !== null)
          createInterface({ input: stream }).on('line', (line) => {
            if (log.push(line) > linesKept) log.shift()
            if (!line.includes('boot success')) return
            clearTimeout(timer)
            resolve()
          })
      }
    })
  }
}

function runs(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null
}

function exitOf(child: ChildProcess | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (child === undefined || !runs(child)) resolve()
    else child.once('exit', () => resolve())
  })
}
