import type { Processor, ServerRequest } from '@rocketmq-ts/remoting'
import { hasRegistrationCrc, type RegisterBrokerBody, type RequestCode, ResponseCode, readRegistration } from '@rocketmq-ts/remoting/wire'
import { type Clock, ProtocolError } from 'net-ts-protocol-kit'
import type { NameserverLimits } from '../nameserver-limits'
import type { OrderTopics } from '../order-topics'
import { Refusal } from '../refusal'
import type { RouteTable } from '../route-table'

type RegisterRow = typeof RequestCode.REGISTER_BROKER

export interface RegisterBrokerOptions {
  readonly routes: RouteTable
  readonly clock: Clock
  readonly orderTopics: OrderTopics
  readonly limits: NameserverLimits
}

/**
 * REGISTER_BROKER: a broker with all its topics. A body that was damaged on its way, or is larger than allowed when it is
 * decompressed, changes nothing (read in namesrv/…/processor/DefaultRequestProcessor.java).
 */
export function registerBroker({ routes, clock, orderTopics, limits }: RegisterBrokerOptions): Processor<RegisterRow> {
  return (request) => {
    const body = readBody(request, limits)
    if (body instanceof Refusal) return body
    const { header, peer } = request
    const { topicConfigTable, dataVersion } = body.topicConfigSerializeWrapper
    const registered = routes.register(
      {
        brokerName: header.brokerName,
        brokerAddr: header.brokerAddr,
        clusterName: header.clusterName,
        haServerAddr: header.haServerAddr,
        brokerId: header.brokerId,
        timeoutMs: header.heartbeatTimeoutMillis,
        enableActingMaster: header.enableActingMaster,
        topics: topicConfigTable,
        dataVersion,
        filterServers: body.filterServerList
      },
      peer,
      clock.monotonic()
    )
    return registered instanceof Refusal ? registered : { code: ResponseCode.SUCCESS, header: registered, body: orderTopics.table }
  }
}

function readBody({ header, body, command }: ServerRequest<RegisterRow>, limits: NameserverLimits): RegisterBrokerBody | Refusal {
  if (!hasRegistrationCrc(body, header.bodyCrc32)) return new Refusal(ResponseCode.SYSTEM_ERROR, 'crc32 not match')
  const { maxRegistrationBytes: maxBytes, maxTopicsPerBroker: maxTopics } = limits
  try {
    return readRegistration(body, { compressed: header.compressed, version: command.version }, { maxBytes, maxTopics })
  } catch (error) {
    if (error instanceof ProtocolError)
      return new Refusal(ResponseCode.SYSTEM_ERROR, `Failed to decode RegisterBrokerBody: ${error.message}`)
    throw error
  }
}
