import { CodedError } from '@rocketmq-ts/remoting/wire'

/**
 * The base of everything this package throws: a stable `code`, whether the same call may succeed later, and the circumstances as
 * fields. The message is one line that says what was tried and what to do; never match on it.
 */
export class RocketMQContainerError extends CodedError {}

/** `OPTION_INVALID`: an option is unknown, of the wrong type or out of range. `facts.option` names it. */
export class OptionError extends RocketMQContainerError {
  constructor(option: string, problem: string) {
    super('OPTION_INVALID', `option ${option} ${problem}`, { facts: { option } })
  }
}

/** `NO_CONTAINER_ENGINE`: Testcontainers finds no engine that answers. */
export class NoContainerEngineError extends RocketMQContainerError {
  constructor(cause: unknown) {
    super('NO_CONTAINER_ENGINE', `no container engine: ${reasonOf(cause)}; start Docker or Podman, or point DOCKER_HOST at an engine`, {
      retriable: true,
      cause
    })
  }
}

/** `NO_REAPER`: Testcontainers' Ryuk, which removes what killed test processes leave behind, does not start. */
export class ReaperUnavailableError extends RocketMQContainerError {
  constructor(cause: unknown) {
    const advice = 'bring its image to the engine, or set TESTCONTAINERS_RYUK_DISABLED=true and see to what killed tests leave behind'
    super('NO_REAPER', `Ryuk could not be started: ${reasonOf(cause)}; ${advice}`, { retriable: true, cause })
  }
}

/** `NO_ADDRESS`: the engine's host has no IPv4 address that a broker could advertise. `facts.host` is the host. */
export class NoAddressError extends RocketMQContainerError {
  constructor(host: string, reason: string, cause?: unknown) {
    const advice = 'set TESTCONTAINERS_HOST_OVERRIDE to an IPv4 address of the machine that the containers run on'
    super('NO_ADDRESS', `the container engine is at ${host}, ${oneLine(reason)}; ${advice}`, { facts: { host }, cause })
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
    const last = log.length === 0 ? 'it printed nothing' : `it last printed: ${oneLine(log.slice(-3).join(' | '))}`
    super('START_FAILED', `the ${role} in ${image} did not become ready: ${reasonOf(cause)}; ${last}`, {
      retriable: true,
      facts: { role, image, log: [...log] },
      cause
    })
  }
}

/**
 * `TOPIC_FAILED` or `GROUP_FAILED`: the topic or consumer group could not be created. `facts.topic` or `facts.group` names it; when
 * the broker refused, `facts.responseCode` and `facts.remark` are what it answered.
 */
export class CreationError extends RocketMQContainerError {
  constructor(what: 'topic' | 'group', name: string, reason: string, { cause, ...facts }: CreationFacts = {}) {
    super(`${what.toUpperCase()}_FAILED`, `the ${what} ${name} could not be created: ${oneLine(reason)}`, {
      // What a broker has refused it will refuse again; what it has not answered it may.
      retriable: facts.responseCode === undefined,
      facts: { [what]: name, ...facts },
      cause
    })
  }
}

/** What is known about a creation that failed. */
interface CreationFacts {
  readonly responseCode?: number
  readonly remark?: string | undefined
  readonly cause?: unknown
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

function reasonOf(cause: unknown): string {
  return oneLine(cause instanceof Error ? cause.message : String(cause))
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').slice(0, 500)
}
