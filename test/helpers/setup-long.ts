/** @file Every suite tries all that `npm test` leaves out, for `npm run test:long`. */
process.env.LONG ??= 'rest';
