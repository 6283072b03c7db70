/**
 * Validation of requests. Bodies are taken as they are: a number in quotes is a mistake, and so is a field nobody asked for. What stands in a URL is text, so
 * there, and only there, text becomes a number.
 */
import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify';
import { type FieldError, invalidFields } from './problem.ts';

const common = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false } as const;
const exact = formats.default(new Ajv({ ...common, coerceTypes: false }));
const fromText = formats.default(new Ajv({ ...common, coerceTypes: true }));

export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) => {
  if (httpPart === 'body') return exact.compile(schema);
  const validate = fromText.compile(schema);
  if (httpPart !== 'querystring') return validate;
  return (query: unknown) => {
    if (!validate(query)) return { error: validate.errors ?? [] };
    // What a list is asked for goes to the database as it is.
    const errors = unstorableTexts(query);
    return errors.length === 0 || { error: invalidFields(errors) };
  };
};

/** Ajv's findings, with the field that each is about by its dotted path. */
export function fieldErrors(validation: readonly FastifySchemaValidationError[], part: string): FieldError[] {
  const errors = validation.map((error) => {
    const path = error.instancePath.slice(1).replaceAll('/', '.');
    const { missingProperty, additionalProperty, allowedValues } = (error as ErrorObject).params;
    if (missingProperty) return { field: join(path, missingProperty), message: 'is required' };
    if (additionalProperty) return { field: join(path, additionalProperty), message: 'is not known here' };
    if (allowedValues) return { field: path || part, message: `must be one of ${allowedValues.join(', ')}` };
    return { field: path || part, message: error.message ?? 'is not valid' };
  });
  // One message per field: the first says enough, and a failed `anyOf` repeats itself.
  return [...new Map(errors.toReversed().map((error) => [error.field, error])).values()].toReversed();
}

/** Texts that PostgreSQL cannot hold: with the character U+0000, or with half of a surrogate pair. */
export function unstorableTexts(value: unknown, path = ''): FieldError[] {
  if (typeof value === 'string') {
    return value.includes('\0') || !value.isWellFormed()
      ? [{ field: path || 'body', message: 'has a character that is not text' }]
      : [];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => unstorableTexts(each, join(path, name)));
}

function join(path: string, property: string): string {
  return path === '' ? property : `${path}.${property}`;
}
