/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// The shapes of the platform language, as in grammar/platform.pest. Which kinds and functions there are stands in the
// queries. Lists between `words` and `end` are written by `UPDATE=1 cargo test --test editors`.
//
// A line end is a blank here: no valid file needs it to be more, because what begins an entry never continues an
// expression.

// A statement word directly before `=`, `+=` or `{` is a key.
const STATEMENTS = [
  // words statements
  'import', 'for', 'when', 'param', 'each', 'expect', 'object', 'override', 'unset', 'allow',
  // end
];

const PREC = { conditional: 1, or: 2, and: 3, not: 4, compare: 5, add: 6, multiply: 7, minus: 8, postfix: 9, key: 10 };

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'];

/** @param {RuleOrLiteral} rule */
const list = (rule) => seq(rule, repeat(seq(',', rule)), optional(','));

module.exports = grammar({
  name: 'pf',

  word: ($) => $.identifier,
  extras: ($) => [/\s/, $.comment, $.doc_comment],
  supertypes: ($) => [$.statement, $.expression],
  conflicts: ($) => [[$.import]],

  rules: {
    source_file: ($) => repeat(choice($.import, $.for, $.declaration, ',')),

    comment: (_) => /#.*/,
    doc_comment: (_) => token(prec(1, /##([^#\n].*)?/)),

    // ---- Declarations --------------------------------------------------------------------------------------------

    import: ($) => seq('import', field('path', $._string), optional(seq('for', field('team', $.identifier)))),

    // `moved service chat { }`: two words take a kind before the name.
    declaration: ($) =>
      seq(field('kind', $.identifier), optional($._declared), field('body', $.block)),
    _declared: ($) => seq(field('name', $._name_or_string), optional(field('second', $._name_or_string))),
    _name_or_string: ($) => choice($.identifier, $._string),

    // ---- Blocks and entries --------------------------------------------------------------------------------------

    block: ($) => seq('{', repeat(choice($.statement, ',')), '}'),

    statement: ($) =>
      choice(
        $.import,
        $.for,
        $.when,
        $.parameter,
        $.each,
        $.expect,
        $.object_statement,
        $.unset,
        $.allow,
        $.override,
        $.assignment,
        $.section,
        $.named_section,
      ),

    for: ($) => seq('for', field('variable', $.identifier), 'in', field('in', $.expression), field('body', $.block)),
    when: ($) => seq('when', field('condition', $.expression), field('body', $.block)),
    parameter: ($) =>
      seq(
        'param',
        field('name', $.identifier),
        ':',
        field('type', alias($.identifier, $.type)),
        optional(seq('=', field('default', $.expression))),
      ),
    each: ($) => seq('each', field('variable', $.identifier), 'in', field('in', $.expression)),
    expect: ($) => seq('expect', field('condition', $.expression)),
    object_statement: ($) =>
      seq(
        'object',
        field('api_version', $._string),
        field('kind', $._string),
        field('name', $._name_or_string),
        field('body', $.block),
      ),
    unset: ($) => seq('unset', field('path', $.path)),
    allow: ($) =>
      seq(
        'allow',
        field('code', $.identifier),
        'until',
        field('until', $._string),
        'because',
        field('reason', $._string),
      ),
    path: ($) => seq($._key, repeat(seq(token.immediate('.'), $._key))),
    override: ($) => seq('override', choice($.assignment, $.section)),

    assignment: ($) =>
      seq(field('key', $._key), field('operator', choice('=', '+=')), field('value', $.expression)),
    section: ($) => seq(field('key', $._key), field('body', $.block)),
    named_section: ($) => seq(field('kind', $.identifier), $._declared, field('body', $.block)),

    _key: ($) => choice($._statement_word, $.identifier, $._string),
    _statement_word: ($) => prec(PREC.key, choice(...STATEMENTS.map((word) => alias(word, $.identifier)))),

    // ---- Expressions ---------------------------------------------------------------------------------------------

    expression: ($) =>
      choice(
        $.conditional,
        $.unary,
        $.binary,
        $.call,
        $.index,
        $.member,
        $.comprehension,
        $.list,
        alias($.block, $.object),
        $.parenthesized,
        $._string,
        $.number,
        $.boolean,
        $.null,
        $.identifier,
      ),

    conditional: ($) =>
      prec.right(
        PREC.conditional,
        seq(
          'if',
          field('condition', $.expression),
          'then',
          field('consequence', $.expression),
          'else',
          field('alternative', $.expression),
        ),
      ),

    unary: ($) =>
      choice(
        prec(PREC.not, seq(field('operator', 'not'), field('operand', $.expression))),
        prec(PREC.minus, seq(field('operator', '-'), field('operand', $.expression))),
      ),

    binary: ($) => {
      /** @type {[number, RuleOrLiteral][]} */
      const table = [
        [PREC.or, 'or'],
        [PREC.and, 'and'],
        [PREC.compare, choice(...COMPARISONS, 'in', seq('not', 'in'))],
        [PREC.add, choice('+', '-')],
        [PREC.multiply, choice('*', '/', '%')],
      ];
      return choice(
        ...table.map(([precedence, operator]) =>
          prec.left(
            precedence,
            seq(field('left', $.expression), field('operator', operator), field('right', $.expression)),
          ),
        ),
      );
    },

    call: ($) => prec(PREC.postfix, seq(field('function', $.expression), field('arguments', $.arguments))),
    arguments: ($) => seq(token.immediate('('), optional(list(choice($.argument, $.expression))), ')'),
    argument: ($) => seq(field('name', $.identifier), '=', field('value', $.expression)),
    index: ($) => prec(PREC.postfix, seq(field('object', $.expression), token.immediate('['), field('index', $.expression), ']')),
    member: ($) =>
      prec(
        PREC.postfix,
        seq(field('object', $.expression), token.immediate('.'), field('name', $.identifier)),
      ),

    list: ($) => seq('[', optional(list(choice($.placed, $.expression))), ']'),
    // `vault on mgmt`: a need on another cluster.
    placed: ($) => seq(field('service', $.expression), 'on', field('cluster', $.expression)),
    comprehension: ($) =>
      seq(
        '[',
        'for',
        field('variable', $.identifier),
        'in',
        field('in', $.expression),
        optional(seq('where', field('condition', $.expression))),
        ':',
        field('value', $.expression),
        ']',
      ),
    parenthesized: ($) => seq('(', $.expression, ')'),

    boolean: (_) => choice('true', 'false'),
    null: (_) => 'null',
    // A number, or what begins like one.
    number: (_) => /[0-9]([A-Za-z0-9_-]|\.[A-Za-z0-9]|[eE]\+)*/,
    identifier: (_) => /[A-Za-z_][A-Za-z0-9_-]*/,

    // ---- Strings -------------------------------------------------------------------------------------------------

    _string: ($) => choice($.raw_string, $.long_string, $.string),

    raw_string: ($) => seq('r"', optional(alias($._raw, $.text)), token.immediate('"')),
    string: ($) => seq('"', optional(alias($._short, $.text)), token.immediate('"')),
    long_string: ($) => seq('"""', optional(alias($._long, $.text)), token.immediate('"""')),
    _raw: (_) => token.immediate(prec(2, /[^"\n]+/)),
    _short: ($) => repeat1(choice(token.immediate(prec(2, /[^"\\$\n]+/)), $._in_text)),
    _long: ($) => repeat1(choice(token.immediate(prec(2, /[^"\\$]+/)), token.immediate('"'), $._in_text)),
    // An interpolation never starts with `{`, so `${{` is text, and so is a `$` alone. These are tokens of their own: one
    // that could go on behind a `$` or `"` would let a comment go on with it.
    _in_text: ($) => choice($._dollar, $.escape_sequence, $.interpolation),
    _dollar: (_) => token.immediate(choice('$', '${{')),
    escape_sequence: (_) => token.immediate(choice(/\\[^\n]/, '$${')),
    interpolation: ($) => seq(token.immediate('${'), $.expression, '}'),
  },
});
