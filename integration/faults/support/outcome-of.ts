import type { Network } from 'net-ts-protocol-kit'
import type { Outcome } from '../requests/hostile-request'
import type { RawRequest } from './raw-frames'
import { RawPeer } from './raw-peer'

/** What came back, with the remark for whoever reads a failure. */
export interface Observed {
  readonly outcome: Outcome
  readonly remark: string | undefined
}

/** Sends one request over a connection of its own. `no answer` is what a server says that says nothing for `patienceMs`. */
export async function outcomeOf(network: Network, address: string, request: RawRequest, patienceMs = 5000): Promise<Observed> {
  const peer = await RawPeer.connect(network, address)
  const { promise: silence, cancel } = after(patienceMs)
  const answer = await Promise.race([peer.ask(request), silence])
  cancel()
  peer.close()
  if (answer === undefined) return { outcome: 'no answer', remark: undefined }
  return answer === 'closed' ? { outcome: 'closed', remark: undefined } : { outcome: answer.code, remark: answer.remark }
}

function after(ms: number): { promise: Promise<undefined>; cancel: () => void } {
  let timer: NodeJS.Timeout | undefined
  const promise = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  return { promise, cancel: () => clearTimeout(timer) }
}
