import type { Logger } from 'net-ts-protocol-kit'

/** One line that was logged. */
export interface LogLine {
  readonly level: keyof Logger
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** A logger that keeps what it is given. */
export class LogLines implements Logger {
  readonly all: LogLine[] = []
  readonly debug = (message: string, facts: object = {}): void => this.#add('debug', message, facts)
  readonly info = (message: string, facts: object = {}): void => this.#add('info', message, facts)
  readonly warn = (message: string, facts: object = {}): void => this.#add('warn', message, facts)
  readonly error = (message: string, facts: object = {}): void => this.#add('error', message, facts)

  /** Lines that somebody should look at. */
  get important(): readonly LogLine[] {
    return this.all.filter(({ level }) => level === 'warn' || level === 'error')
  }

  /** Lines whose error gives this reason for the end of a connection. */
  closed(reason: string): readonly LogLine[] {
    return this.all.filter(({ facts }) => (facts['error'] as { reason?: string } | undefined)?.reason === reason)
  }

  #add(level: keyof Logger, message: string, facts: object): void {
    this.all.push({ level, message, facts: facts as LogLine['facts'] })
  }
}
