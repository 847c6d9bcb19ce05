import { describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { Nameserver } from '../src/index'

describe('the statistics of a nameserver', () => {
  it('count its connections, brokers and topics', async () => {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock })
    const nameserver = new Nameserver({ clock, network })
    await nameserver.start()
    expect(nameserver.stats).toMatchObject({ brokers: 0, topics: 0, remoting: { connections: 0 } })
    const client = new RemotingClient({ clock, network })
    await client.invoke(nameserver.address, RequestCode.GET_BROKER_CLUSTER_INFO, {})
    expect(nameserver.stats).toMatchObject({ brokers: 0, topics: 0, remoting: { connections: 1, accepted: 1 } })
    await client.close()
    await nameserver.close()
  })
})
