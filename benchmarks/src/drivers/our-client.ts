import { connect } from '@rocketmq-ts/client'
import { realNetwork } from 'net-ts-protocol-kit'
import { CountingNetwork } from './counting-network'
import { loadIn, number, runLoad, word } from './load'
import { PullLoads } from './pull-loads'
import { refuse, serveCommands } from './serve-commands'

/** Our client with one producer. Arguments: the nameserver's address. */
async function main(nameservers: string): Promise<void> {
  const network = new CountingNetwork(realNetwork)
  const mq = await connect({ nameservers, network })
  const producer = mq.producer({ group: 'bench-producers' })
  const pulls = new PullLoads(mq)
  serveCommands(
    {},
    {
      counters: () => ({ socketWrites: network.writes }),
      send: (values) => {
        const [topic, body] = [word(values, 'topic'), Buffer.alloc(number(values, 'bytes'), 'x')]
        return runLoad(loadIn(values), () => producer.send(topic, body))
      },
      pull: (values) => pulls.run(word(values, 'topic'), number(values, 'messages'), number(values, 'seconds'))
    }
  )
}

main(process.argv[2] ?? '').catch(refuse)
