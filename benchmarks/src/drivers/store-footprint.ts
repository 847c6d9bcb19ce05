import { DiskMessageStore, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'
import { SmallMessages } from '../store/small-messages'
import { nanoseconds, number } from './load'
import { refuse, serveCommands } from './serve-commands'

/** A process with nothing but a store on disk, default options. Arguments: its directory. */
async function main(directory: string): Promise<void> {
  const store = new DiskMessageStore({ directory, files: nodeStoreFiles, clock: realClock })
  const begun = nanoseconds()
  await store.start()
  const startMs = (nanoseconds() - begun) / 1e6
  const { isClean = false } = store.recovery ?? {}
  serveCommands(
    { startMs, isClean },
    {
      fill: async (values) => {
        const messages = new SmallMessages(store, number(values, 'queues'), number(values, 'bytes'))
        return { seconds: await messages.fill(number(values, 'messages')), ...store.stats }
      },
      read: (values) => new SmallMessages(store, number(values, 'queues'), number(values, 'bytes')).readSome(number(values, 'perQueue')),
      close: () => store.close()
    }
  )
}

main(process.argv[2] ?? '').catch(refuse)
