;;; run.el --- Tests of platformc-ts-mode  -*- lexical-binding: t; -*-

;; `emacs -Q --batch -l run.el', with the parser in $PARSER, snippets in $SNIPPETS and a list of all files in $SOURCES.

;;; Code:

(defconst run-here (file-name-directory (or load-file-name buffer-file-name)))
(add-to-list 'load-path (expand-file-name ".." run-here))
(setq treesit-extra-load-path (list (getenv "PARSER"))
      treesit-font-lock-level 4)
(require 'imenu)
(require 'cl-lib)
(require 'text-property-search)
(require 'platformc-ts-mode)

(defvar run-failures 0)
(defvar run-counts (list 0 0 0))

(defun run-count (place)
  "Count one more of PLACE."
  (cl-incf (nth place run-counts)))

(defun run-fail (format &rest arguments)
  "Print what failed: FORMAT with ARGUMENTS."
  (cl-incf run-failures)
  (message "%s:%d: %s" (buffer-name) (line-number-at-pos) (apply #'format format arguments)))

(defun run-faces (position)
  "The faces at POSITION."
  (ensure-list (get-text-property position 'face)))

(defun run-snippet ()
  "Check each `#   ^^^ face' against the line above that is no assertion."
  (font-lock-ensure)
  (let (subject)
    (while (not (eobp))
      (if (not (looking-at "# *\\(\\^+\\) \\(.+\\)$"))
          (setq subject (point))
        (let ((from (- (match-beginning 1) (point))) (length (length (match-string 1))) (face (intern (match-string 2))))
          (dotimes (step length)
            (run-count 0)
            (unless (memq face (run-faces (+ subject from step)))
              (run-fail "column %d is %s, not %s" (+ from step) (run-faces (+ subject from step)) face)))))
      (forward-line))))

(defun run-source ()
  "Nothing of a valid file is an error, and the examples are indented as they should be."
  (font-lock-ensure)
  (run-count 1)
  (when (text-property-search-forward 'face 'font-lock-warning-face t) (run-fail "an error"))
  (when (string-prefix-p "examples+" (buffer-name))
    (run-count 2)
    (let ((before (split-string (buffer-string) "\n")))
      (indent-region (point-min) (point-max))
      (goto-char (point-min))
      (dolist (line before)
        (unless (equal line (buffer-substring (pos-bol) (pos-eol)))
          (run-fail "is indented as `%s'" (buffer-substring (pos-bol) (pos-eol))))
        (forward-line)))
    (unless (funcall imenu-create-index-function) (run-fail "no declaration in the index"))))

(defun run-with (file check)
  "Run CHECK in FILE."
  (with-current-buffer (generate-new-buffer (file-name-nondirectory file))
    (insert-file-contents file)
    (platformc-ts-mode)
    (goto-char (point-min))
    (funcall check)))

(mapc (lambda (file) (run-with file #'run-snippet)) (split-string (getenv "SNIPPETS") "\n" t))
(mapc (lambda (file) (run-with file #'run-source))
      (with-temp-buffer (insert-file-contents (getenv "SOURCES")) (split-string (buffer-string) "\n" t)))
(message "%d assertions, %d files, %d indented: %d failures"
         (nth 0 run-counts) (nth 1 run-counts) (nth 2 run-counts) run-failures)
(kill-emacs (if (and (zerop run-failures) (not (memq 0 run-counts))) 0 1))
;;; run.el ends here
