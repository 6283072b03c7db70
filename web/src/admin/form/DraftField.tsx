import { Field, type InputAttributes } from '../../design/Field.tsx';
import type { FormAccess } from './DropForm.tsx';
import type { Draft } from './draft.ts';
import { formMessages } from './form-messages.ts';

export type TextField = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

interface DraftFieldProps extends InputAttributes {
  access: FormAccess;
  field: TextField;
  label: string;
  hint?: string;
  isFixed?: boolean;
}

/** One text of the draft, with its mistake. */
export function DraftField({ access, field, label, hint, isFixed = false, ...attributes }: DraftFieldProps) {
  return (
    <Field
      {...attributes}
      label={label}
      name={field}
      value={access.draft[field]}
      error={access.error(field)}
      hint={isFixed ? formMessages.value.fixed : hint}
      disabled={isFixed}
      onValue={(value) => access.set({ [field]: value })}
      onBlur={() => access.leave(field)}
    />
  );
}
