/** @file Makes the property tests repeatable; FC_SEED=n explores with another seed. */
import fc from 'fast-check';

fc.configureGlobal({seed: Number(process.env.FC_SEED ?? 20260901)});
