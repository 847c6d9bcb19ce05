/** What a {@link RocketMQContainerError} may carry besides its code and text. */
interface ErrorDetails {
  readonly retriable?: boolean
  readonly facts?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

/**
 * The base of everything this package throws: a stable `code`, whether the same call may succeed later, and the circumstances as
 * fields. The message is one line that says what was tried and what to do; never match on it.
 */
export class RocketMQContainerError extends Error {
  readonly code: string
  readonly retriable: boolean
  readonly facts: Readonly<Record<string, unknown>>

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = new.target.name
    this.code = code
    this.retriable = details.retriable ?? false
    this.facts = Object.freeze({ ...details.facts })
  }
}

/** `ILLEGAL_OPTION`: an option is unknown, of the wrong type or out of range. `facts.option` names it. */
export class OptionError extends RocketMQContainerError {
  constructor(option: string, problem: string) {
    super('ILLEGAL_OPTION', `option ${option} ${problem}`, { facts: { option } })
  }
}

/** `NO_CONTAINER_ENGINE`: Testcontainers finds no engine that answers. */
export class NoContainerEngineError extends RocketMQContainerError {
  constructor(cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    super('NO_CONTAINER_ENGINE', `no container engine: ${oneLine(reason)}; start Docker or Podman, or point DOCKER_HOST at an engine`, {
      retriable: true,
      cause
    })
  }
}

/** `IMAGE_UNAVAILABLE`: the image is not on the engine and could not be pulled. `facts.image` names it. */
export class ImageUnavailableError extends RocketMQContainerError {
  constructor(image: string, reason: string, cause?: unknown) {
    super('IMAGE_UNAVAILABLE', `image ${image} is not on the container engine and ${oneLine(reason)}`, {
      retriable: true,
      facts: { image },
      cause
    })
  }
}

/** `START_FAILED`: a container did not become ready. `facts.role` is `nameserver` or `broker`, `facts.log` holds its last lines. */
export class StartError extends RocketMQContainerError {
  constructor(role: string, image: string, log: readonly string[], cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const last = log.length === 0 ? 'it printed nothing' : `it last printed: ${oneLine(log.slice(-3).join(' | '))}`
    super('START_FAILED', `the ${role} in ${image} did not become ready: ${oneLine(reason)}; ${last}`, {
      retriable: true,
      facts: { role, image, log: [...log] },
      cause
    })
  }
}

/** `STOP_TIMEOUT`: the broker did not shut down in order in time and was killed instead. */
export class StopTimeoutError extends RocketMQContainerError {
  constructor(timeoutMs: number) {
    super('STOP_TIMEOUT', `the broker did not shut down within ${timeoutMs} ms and was killed`, { facts: { timeoutMs } })
  }
}

/** `STOPPED`: the cluster has been stopped; start a new one. */
export class StoppedError extends RocketMQContainerError {
  constructor() {
    super('STOPPED', 'the cluster has been stopped; start a new one')
  }
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').slice(0, 500)
}
