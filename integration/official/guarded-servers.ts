import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { brokerProperties, propertiesText } from '../../packages/testcontainers/src/broker-properties'
import { freePort } from '../../packages/testcontainers/src/ports'
import { classPath } from './java/java-programs'

/** An official nameserver and broker as plain processes, guarded by what their release has for it. */
export interface GuardedServers {
  readonly nameserver: string
  close(): Promise<void>
}

/** Files of the broker's home by their path, and lines of its configuration. */
export interface Guard {
  readonly files: Readonly<Record<string, string>>
  readonly config: Readonly<Record<string, string>>
  /** Options of both JVMs; `<home>` stands for that folder. */
  readonly javaOptions?: readonly string[]
}

const ip = '127.0.0.1'
const startMs = 120_000
const linesKept = 30

export async function startGuarded(release: string, guard: Guard): Promise<GuardedServers> {
  const home = await mkdtemp(join(tmpdir(), 'rocketmq-ts-guarded-'))
  const children: ChildProcess[] = []
  const close = async (): Promise<void> => {
    await Promise.all(children.map(ended))
    await rm(home, { recursive: true, force: true })
  }
  try {
    const [nameserverPort, port] = [await freePort([0]), await freePort([0, -2, 1])]
    const nameserver = `${ip}:${nameserverPort}`
    await writeHome(home, guard)
    await writeFile(join(home, 'nameserver.conf'), `listenPort=${nameserverPort}\n`)
    const properties = brokerProperties({ ip, port, nameserver, config: new Map(Object.entries(guard.config)) })
    await writeFile(join(home, 'broker.conf'), propertiesText(properties))
    const java = [
      '-Xms256m',
      '-Xmx512m',
      `-Duser.home=${home}`,
      '-Drocketmq.broker.diskSpaceWarningLevelRatio=0.99',
      ...(guard.javaOptions ?? []).map((option) => option.replace('<home>', home)),
      '-cp',
      classPath(release)
    ]
    await started([...java, 'org.apache.rocketmq.namesrv.NamesrvStartup', '-c', join(home, 'nameserver.conf')], home, children)
    await started([...java, 'org.apache.rocketmq.broker.BrokerStartup', '-c', join(home, 'broker.conf')], home, children)
    return { nameserver, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function writeHome(home: string, { files }: Guard): Promise<void> {
  const logback = join(__dirname, 'image', 'conf', 'logback.xml')
  await mkdir(join(home, 'conf'), { recursive: true })
  for (const name of ['logback', 'logback_broker', 'logback_namesrv', 'logback_tools']) await cp(logback, join(home, 'conf', `${name}.xml`))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(home, path)), { recursive: true })
    await writeFile(join(home, path), text)
  }
}

function started(args: readonly string[], home: string, children: ChildProcess[]): Promise<void> {
  const child = spawn('java', args, {
    cwd: home,
    env: { ...process.env, ROCKETMQ_HOME: home, HOME: home },
    stdio: ['ignore', 'pipe', 'pipe']
  })
  children.push(child)
  const kill = (): boolean => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
  return new Promise((resolve, reject) => {
    const lines: string[] = []
    const fail = (reason: string): void =>
      reject(new Error(`${args.find((one) => one.startsWith('org.'))} ${reason}:\n${lines.join('\n')}`))
    const timer = setTimeout(fail, startMs, 'is not ready in time')
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`exited with code ${code}`)
    })
    const onLine = (line: string): void => {
      if (lines.push(line) > linesKept) lines.shift()
      if (!line.includes('boot success')) return
      clearTimeout(timer)
      resolve()
    }
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', onLine)
  })
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
      resolve()
      return
    }
    child.once('exit', () => resolve())
    child.kill('SIGKILL')
  })
}
