import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { brokerProperties, propertiesText } from '../../packages/testcontainers/src/broker-properties'
import { freePort } from '../../packages/testcontainers/src/ports'
import { classPath } from '../official/java/java-programs'

const ip = '127.0.0.1'
const opened = ['java.nio', 'sun.nio.ch', 'jdk.internal.ref'].flatMap((name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`])

/** An official broker as a plain process that registers with whatever nameserver it is told. */
export class JavaBroker {
  readonly address: string
  readonly #home: string
  readonly #process: ChildProcess

  /** Resolves when the broker says that it has started. `brokerIP1` of `config` is the address that it knows itself by; it listens at all. */
  static async start(version: string, nameserver: string, config: Readonly<Record<string, string>>): Promise<JavaBroker> {
    const home = await mkdtemp(join(tmpdir(), 'java-broker-'))
    const port = await freePort([0, -2, 1])
    const all = new Map(Object.entries({ storePathRootDir: join(home, 'store'), ...config }))
    await writeFile(
      join(home, 'broker.conf'),
      propertiesText(brokerProperties({ ip: config['brokerIP1'] ?? ip, port, nameserver, config: all }))
    )
    await mkdir(join(home, 'conf'))
    const logging = join(__dirname, '..', 'official', 'image', 'conf', 'logback.xml')
    for (const name of ['logback.xml', 'logback_broker.xml']) await cp(logging, join(home, 'conf', name))
    const broker = new JavaBroker(version, home, `${ip}:${port}`)
    await broker.#untilStarted()
    return broker
  }

  private constructor(version: string, home: string, address: string) {
    this.address = address
    this.#home = home
    const logging = [
      `-Duser.home=${home}`,
      '-Drocketmq.role=broker',
      `-Drmq.logback.configurationFile=${join(home, 'conf', 'logback.xml')}`
    ]
    const disk = ['-Drocketmq.broker.diskSpaceWarningLevelRatio=0.99', '-Drocketmq.broker.diskSpaceCleanForciblyRatio=0.98']
    const options = [...opened, ...logging, ...disk, '-Xmx512m', '-cp', classPath(version)]
    const main = ['org.apache.rocketmq.broker.BrokerStartup', '-c', join(home, 'broker.conf')]
    this.#process = spawn('java', [...options, ...main], {
      env: { ...process.env, ROCKETMQ_HOME: home },
      stdio: ['ignore', 'pipe', 'pipe']
    })
    // A test run that ends without stopping its broker takes the broker with it.
    const kill = () => this.#process.kill('SIGKILL')
    process.once('exit', kill)
    this.#process.once('exit', () => process.off('exit', kill))
  }

  /** `TERM` lets it unregister; `KILL` does not. */
  async stop(signal: 'TERM' | 'KILL'): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const ended = once(this.#process, 'exit')
      this.#process.kill(`SIG${signal}`)
      await ended
    }
    await rm(this.#home, { recursive: true, force: true })
  }

  #untilStarted(): Promise<void> {
    const lines: string[] = []
    return new Promise((resolve, reject) => {
      this.#process.once('exit', (code) => reject(new Error(`the broker ended with code ${code}: ${lines.slice(-20).join('\n')}`)))
      for (const stream of [this.#process.stdout, this.#process.stderr]) {
        if (stream === null) continue
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line)
          if (line.includes('boot success')) resolve()
        })
      }
    })
  }
}
