import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { SerializeType } from '@rocketmq-ts/remoting/wire'
import { classPath } from '../official/java/java-programs'
import { JavaLitePullConsumer, JavaProducer, JavaPushConsumer, type PushOptions, type ReceivedByJava } from './java-members'

type Command = Readonly<Record<string, unknown>>
interface Pending {
  readonly command: Command
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}
type Line =
  | { readonly event: 'message'; readonly member: string; readonly message: ReceivedByJava }
  | { readonly event?: undefined; readonly id: number; readonly ok?: unknown; readonly error?: JavaFailure }

export interface JavaFailure {
  readonly class: string
  readonly responseCode?: number
  readonly message: string
}

/** What the official client threw. */
export class JavaClientError extends Error {
  readonly failure: JavaFailure

  constructor(command: Command, failure: JavaFailure) {
    super(`${String(command['do'])} by the official client: ${failure.class}: ${failure.message}`)
    this.failure = failure
  }
}

/** One JVM with the official client library of a release (integration/official/java, InteropClient). */
export class JavaClient {
  readonly version: string
  readonly #process: ChildProcess
  readonly #home: string
  readonly #pending = new Map<number, Pending>()
  readonly #listeners = new Map<string, (message: ReceivedByJava) => void>()
  readonly #lastWords: string[] = []
  #nextId = 1

  /** `encoding`: of the headers that it writes; it reads both. `more`: further options of the JVM. */
  constructor(version: string, nameservers: string, encoding: SerializeType = 'JSON', more: readonly string[] = []) {
    this.version = version
    this.#home = mkdtempSync(join(tmpdir(), 'java-client-'))
    const options = [`-Duser.home=${this.#home}`, '-Xmx384m', `-Drocketmq.serialize.type=${encoding}`, '-Djava.net.preferIPv4Stack=true']
    this.#process = spawn('java', [...options, ...more, '-cp', classPath(version), 'rocketmqts.InteropClient', nameservers])
    if (this.#process.stdout !== null) createInterface({ input: this.#process.stdout }).on('line', (line) => this.#hear(line))
    if (this.#process.stderr !== null) createInterface({ input: this.#process.stderr }).on('line', (line) => this.#remember(line))
    this.#process.once('exit', (code) => this.#end(`the official client ended with code ${code}: ${this.#lastWords.join('\n')}`))
  }

  async producer(group: string): Promise<JavaProducer> {
    return new JavaProducer(this, await this.#join('producer', { group }))
  }

  async pushConsumer(options: PushOptions): Promise<JavaPushConsumer> {
    const consumer = new JavaPushConsumer(this, memberName('pushConsumer'))
    this.#listeners.set(consumer.member, (message) => consumer.received.add(message))
    await this.call({ do: 'pushConsumer', member: consumer.member, ...options })
    return consumer
  }

  async litePullConsumer(group: string, topic: string): Promise<JavaLitePullConsumer> {
    return new JavaLitePullConsumer(this, await this.#join('litePullConsumer', { group, topic }))
  }

  /** Sends one command and resolves with its answer. */
  call(command: Command): Promise<unknown> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { command, resolve, reject })
      this.#process.stdin?.write(`${JSON.stringify({ id, ...command })}\n`)
    })
  }

  /** Shuts its members down in order and ends the process. */
  async close(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const timer = setTimeout(() => this.#process.kill('SIGKILL'), 20_000)
      const ended = once(this.#process, 'exit')
      this.#process.stdin?.end()
      await ended
      clearTimeout(timer)
    }
    rmSync(this.#home, { recursive: true, force: true })
  }

  /** Ends the process as a crash would. */
  async kill(): Promise<void> {
    const ended = once(this.#process, 'exit')
    this.#process.kill('SIGKILL')
    await ended
    await this.close()
  }

  async #join(kind: string, options: Command): Promise<string> {
    const member = memberName(kind)
    await this.call({ do: kind, member, ...options })
    return member
  }

  #hear(text: string): void {
    if (!text.startsWith('{')) this.#remember(text)
    else this.#act(JSON.parse(text) as Line)
  }

  #act(line: Line): void {
    if (line.event === 'message') this.#listeners.get(line.member)?.(line.message)
    else this.#settle(line.id, line.ok, line.error)
  }

  #settle(id: number, answer: unknown, failure: JavaFailure | undefined): void {
    const pending = this.#pending.get(id)
    this.#pending.delete(id)
    if (failure === undefined) pending?.resolve(answer)
    else pending?.reject(new JavaClientError(pending.command, failure))
  }

  #remember(line: string): void {
    if (this.#lastWords.push(line) > 20) this.#lastWords.shift()
  }

  #end(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new Error(reason))
    this.#pending.clear()
  }
}

let members = 0

/** Also part of the client id, by which a broker tells the members of a group apart: no two JVMs may share one. */
function memberName(kind: string): string {
  members += 1
  return `${kind}-${members}`
}
