/** Where an agent has its files when nothing else is said. */
export const agentDirectory = '/var/lib/mqttsec';
