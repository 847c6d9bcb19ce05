import type { BrokerHealth, Client, ClientEvents, ClientHealth } from '@rocketmq-ts/client'
import { Observable } from 'rxjs'

/** How one broker is doing, seen from a client. */
export interface BrokerStatus {
  readonly address: string
  /** `unknown`: not asked yet, or not any more; brokers hear from clients with a producer or a member of a group. */
  readonly state: 'up' | 'down' | 'unknown'
}

/** How a client is doing. */
export interface ClientStatus {
  /** `degraded`: no nameserver answers, or a broker is down; everything that can go on does, and recovers by itself. */
  readonly state: 'open' | 'degraded' | 'closing' | 'closed'
  readonly isNameserverUp: boolean
  /** Brokers that the client's routes name, by address. */
  readonly brokers: readonly BrokerStatus[]
}

const EVENTS = [
  'brokerUp',
  'brokerDown',
  'brokerUnasked',
  'nameserverUp',
  'nameserverDown',
  'routeChanged',
  'stateChanged'
] as const satisfies ReadonlyArray<keyof ClientEvents>

/**
 * How a client is doing: now, and again whenever that changes. It asks nobody and never fails; it completes after `closed`. To
 * have one for many subscribers, `share` it: `status$(mq).pipe(shareReplay({ bufferSize: 1, refCount: true }))`.
 *
 * A client learns by what it does: one that sends and consumes nothing hears of a lost nameserver when it refreshes its routes,
 * and of a lost broker at its next heartbeat.
 */
export function status$(client: Client): Observable<ClientStatus> {
  return new Observable((subscriber) => {
    let last: ClientStatus | undefined
    const tell = (): void => {
      const status = statusOf(client.health())
      if (last === undefined || !isSame(last, status)) subscriber.next(status)
      last = status
      if (status.state === 'closed') subscriber.complete()
    }
    const stops = EVENTS.map((name) => client.events.on(name, tell))
    subscriber.add(() => {
      for (const stop of stops) stop()
    })
    tell()
  })
}

function statusOf({ state, isNameserverUp, brokers }: ClientHealth): ClientStatus {
  const isWell = isNameserverUp && brokers.every(({ isDown }) => !isDown)
  return {
    state: state === 'open' && !isWell ? 'degraded' : state,
    isNameserverUp,
    brokers: brokers.map(brokerStatus).sort((a, b) => (a.address < b.address ? -1 : 1))
  }
}

function brokerStatus({ address, isUp, isDown }: BrokerHealth): BrokerStatus {
  if (isUp) return { address, state: 'up' }
  return { address, state: isDown ? 'down' : 'unknown' }
}

function isSame(a: ClientStatus, b: ClientStatus): boolean {
  return a.state === b.state && a.isNameserverUp === b.isNameserverUp && brokersText(a) === brokersText(b)
}

function brokersText({ brokers }: ClientStatus): string {
  return brokers.map(({ address, state }) => `${address} ${state}`).join()
}
