// A promise nobody waits for is a bug in this project: fail the run that made one.
process.on('unhandledRejection', (reason) => {
  throw reason instanceof Error ? reason : new Error(`unhandled rejection: ${String(reason)}`)
})
