/** The statuses of controllers are made as all are. */
export * from '../domain/status.ts';
