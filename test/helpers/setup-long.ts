/** @file Every suite tries all it has, for `npm run test:long`. */
process.env.LONG ??= '1';
