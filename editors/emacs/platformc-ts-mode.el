;;; platformc-ts-mode.el --- The platform language of platformc  -*- lexical-binding: t; -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "29.1"))
;; Keywords: languages
;; SPDX-License-Identifier: Apache-2.0

;;; Commentary:

;; A major mode for `.pf' files on top of the tree-sitter grammar `pf'.  Lists between `words' and `end' are
;; written by `UPDATE=1 cargo test --test editors'.

;;; Code:

(require 'treesit)

(defconst platformc-ts-mode--kinds
  '(
    ; words kinds blocks
    "platform" "hub" "team" "environment" "cluster" "layer" "service" "template" "role" "namespace"
    "moved" "removed" "policy" "test" "repository" "store" "health" "freeze" "secret" "source"
    ; end
    )
  "Words in front of a name and a block.")

(defconst platformc-ts-mode--functions
  '(
    ; words functions
    "abs" "contains" "csv" "default" "ends_with" "flatten" "get" "has" "int" "join" "json" "keys"
    "length" "lower" "matches" "max" "merge" "min" "range" "replace" "reverse" "sort" "split"
    "starts_with" "string" "to_json" "to_yaml" "trim" "unique" "upper" "values" "yaml" "before"
    "can" "clusters" "value" "crd" "storage_class" "secret_store" "ingress_class"
    ; end
    )
  "Functions of expressions.")

(defconst platformc-ts-mode--types
  '(
    ; words types
    "string" "int" "float" "bool" "list" "object" "any"
    ; end
    )
  "Types of parameters.")

(defconst platformc-ts-mode--ambients
  '(
    ; words ambients
    "cluster" "env" "region" "labels" "vars" "service" "owner" "pr"
    ; end
    )
  "Names that every expression knows.")

(defcustom platformc-ts-mode-indent-offset 2
  "How far a block is indented."
  :type 'natnum
  :safe 'natnump
  :group 'languages)

(defun platformc-ts-mode--any-of (words)
  "A regular expression for one of WORDS and nothing else."
  (concat "\\`" (regexp-opt words t) "\\'"))

(defun platformc-ts-mode--font-lock ()
  "What has which face.  Strings come first: whatever stands in an interpolation overrides them."
  (treesit-font-lock-rules
   :language 'pf :feature 'comment
   '((comment) @font-lock-comment-face
     (doc_comment) @font-lock-doc-face)

   :language 'pf :feature 'string
   '([(string) (long_string) (raw_string)] @font-lock-string-face)

   :language 'pf :feature 'escape-sequence :override t
   '((escape_sequence) @font-lock-escape-face)

   :language 'pf :feature 'variable :override t
   `(((identifier) @font-lock-builtin-face
      (:match ,(platformc-ts-mode--any-of platformc-ts-mode--ambients) @font-lock-builtin-face)))

   :language 'pf :feature 'property :override t
   '((assignment key: (_) @font-lock-property-name-face)
     (section key: (_) @font-lock-property-name-face)
     (path (_) @font-lock-property-name-face)
     (member name: (identifier) @font-lock-property-use-face))

   :language 'pf :feature 'definition :override t
   '((declaration name: (_) @font-lock-type-face)
     (named_section name: (_) @font-lock-type-face)
     (object_statement name: (_) @font-lock-type-face)
     (for variable: (identifier) @font-lock-variable-name-face)
     (each variable: (identifier) @font-lock-variable-name-face)
     (comprehension variable: (identifier) @font-lock-variable-name-face)
     (parameter name: (identifier) @font-lock-variable-name-face)
     (argument name: (identifier) @font-lock-variable-name-face))

   :language 'pf :feature 'type :override t
   `(((type) @font-lock-type-face
      (:match ,(platformc-ts-mode--any-of platformc-ts-mode--types) @font-lock-type-face)))

   :language 'pf :feature 'function :override t
   `((call function: (identifier) @font-lock-function-call-face)
     ((call function: (identifier) @font-lock-builtin-face)
      (:match ,(platformc-ts-mode--any-of platformc-ts-mode--functions) @font-lock-builtin-face)))

   :language 'pf :feature 'keyword :override t
   `(((declaration kind: (identifier) @font-lock-keyword-face)
      (:match ,(platformc-ts-mode--any-of platformc-ts-mode--kinds) @font-lock-keyword-face))
     ((named_section kind: (identifier) @font-lock-keyword-face)
      (:match ,(platformc-ts-mode--any-of platformc-ts-mode--kinds) @font-lock-keyword-face))
     ["import" "for" "when" "param" "each" "expect" "object" "override" "unset"
      "allow" "until" "because"
      "if" "then" "else" "where" "in" "on" "and" "or" "not"]
     @font-lock-keyword-face)

   :language 'pf :feature 'constant :override t
   '([(boolean) (null)] @font-lock-constant-face)

   :language 'pf :feature 'number :override t
   '((number) @font-lock-number-face)

   :language 'pf :feature 'operator :override t
   '(["=" "+=" "==" "!=" "<=" ">=" "<" ">" "+" "-" "*" "/" "%"] @font-lock-operator-face)

   :language 'pf :feature 'interpolation :override t
   '((interpolation ["${" "}"] @font-lock-misc-punctuation-face))

   :language 'pf :feature 'error :override t
   '((ERROR) @font-lock-warning-face)))

(defconst platformc-ts-mode--indentation
  '((pf
     ((parent-is "\\`text\\'") no-indent 0)
     ((node-is "\\`text\\'") no-indent 0)
     ((parent-is "long_string") no-indent 0)
     ((node-is "[]})]") parent-bol 0)
     ((parent-is "source_file") column-0 0)
     ((parent-is "\\`\\(?:block\\|object\\|list\\|comprehension\\|arguments\\|parenthesized\\)\\'")
      parent-bol platformc-ts-mode-indent-offset)
     ((parent-is "\\`\\(?:binary\\|conditional\\|assignment\\)\\'") parent-bol platformc-ts-mode-indent-offset)
     (no-node parent-bol 0)))
  "How lines are indented.")

(defvar platformc-ts-mode--syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?- "_" table)
    (modify-syntax-entry ?_ "_" table)
    table)
  "The syntax of single characters.")

(defun platformc-ts-mode--name (node)
  "What the declaration NODE is called."
  (let ((kind (treesit-node-child-by-field-name node "kind"))
        (name (treesit-node-child-by-field-name node "name")))
    (mapconcat (lambda (part) (string-trim (treesit-node-text part t) "\"" "\"")) (delq nil (list kind name)) " ")))

;;;###autoload
(define-derived-mode platformc-ts-mode prog-mode "Platform"
  "A major mode for the platform language of platformc."
  :syntax-table platformc-ts-mode--syntax-table
  (when (treesit-ready-p 'pf)
    (treesit-parser-create 'pf)
    (setq-local comment-start "# "
                comment-end ""
                comment-start-skip "#+[ \t]*"
                indent-tabs-mode nil
                treesit-font-lock-settings (platformc-ts-mode--font-lock)
                treesit-font-lock-feature-list
                '((comment definition)
                  (keyword string)
                  (constant escape-sequence function interpolation number property type variable)
                  (error operator))
                treesit-simple-indent-rules platformc-ts-mode--indentation
                treesit-defun-type-regexp "\\`declaration\\'"
                treesit-defun-name-function #'platformc-ts-mode--name
                treesit-simple-imenu-settings '((nil "\\`declaration\\'" nil nil)))
    (treesit-major-mode-setup)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.pf\\'" . platformc-ts-mode))

(provide 'platformc-ts-mode)
;;; platformc-ts-mode.el ends here
