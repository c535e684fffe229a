;;; qwen-lsp.el --- Qwen in Emacs, by qwen-lsp  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "30.1"))

;;; Commentary:

;; `qwen-lsp' makes qwen-lsp the language server of a buffer; eglot has one for a buffer.  What it offers
;; is in the menu of `eglot-code-actions'; these commands do the same without the menu.

;;; Code:

(require 'eglot)

(defgroup qwen-lsp nil "Qwen by qwen-lsp." :group 'eglot)

(defcustom qwen-lsp-program '("qwen-lsp")
  "The language server and its arguments."
  :type '(repeat string))

(defcustom qwen-lsp-settings nil
  "Settings as docs/settings.md lists them, such as (:provider \"ollama\")."
  :type 'plist)

;;;###autoload
(defun qwen-lsp ()
  "Make qwen-lsp the server of the files of this mode in this project."
  (interactive)
  (let* ((options `(:client (:undoStops t :edits "checked") ,@qwen-lsp-settings))
         (contact `(,@qwen-lsp-program :initializationOptions ,options))
         (eglot-server-programs `((,major-mode . ,contact))))
    (call-interactively #'eglot)))

(defun qwen-lsp-explain ()
  "Explain the region, or what is at point."
  (interactive)
  (qwen-lsp--run "explain"))

(defun qwen-lsp-refactor ()
  "Refactor the region."
  (interactive)
  (qwen-lsp--run "refactor"))

(defun qwen-lsp-edit (instruction)
  "Change the region by INSTRUCTION."
  (interactive "sWhat should change? ")
  (qwen-lsp--run "edit" :instruction instruction))

(defun qwen-lsp-stop ()
  "Stop what is running."
  (interactive)
  (qwen-lsp--execute "qwen.stop"))

(defun qwen-lsp-keep ()
  "Keep what Qwen wrote here."
  (interactive)
  (qwen-lsp--execute-here "qwen.keep"))

(defun qwen-lsp-discard ()
  "Put the original back in place of what Qwen wrote here."
  (interactive)
  (qwen-lsp--execute-here "qwen.discard"))

(defun qwen-lsp-retry (instruction)
  "Let Qwen write it again; with a prefix argument by a changed INSTRUCTION."
  (interactive (list (and current-prefix-arg (read-string "What should change? "))))
  (apply #'qwen-lsp--execute-here "qwen.retry" (and instruction (list :instruction instruction))))

(defun qwen-lsp-compare ()
  "Show what Qwen changed here."
  (interactive)
  (qwen-lsp--execute-here "qwen.compare"))

(defun qwen-lsp-next-change ()
  "Go to the next change of Qwen's."
  (interactive)
  (qwen-lsp--execute-here "qwen.nextChange" :range (qwen-lsp--range)))

(defun qwen-lsp-previous-change ()
  "Go to the change of Qwen's before this one."
  (interactive)
  (qwen-lsp--execute-here "qwen.previousChange" :range (qwen-lsp--range)))

(defun qwen-lsp-restore ()
  "Put back what stood here when Qwen was interrupted."
  (interactive)
  (qwen-lsp--execute-here "qwen.restore"))

(defun qwen-lsp-open-explanation ()
  "Open what was explained last."
  (interactive)
  (qwen-lsp--execute "qwen.openExplanation"))

(defun qwen-lsp-ask (question)
  "Ask QUESTION about what was explained here; the answer comes below it."
  (interactive "sWhat do you want to know? ")
  (qwen-lsp--execute-here "qwen.ask" :question question))

(defun qwen-lsp-status ()
  "Say which model is used."
  (interactive)
  (qwen-lsp--execute "qwen.showStatus"))

(defun qwen-lsp-set-up ()
  "Choose what should answer, and try it."
  (interactive)
  (qwen-lsp--execute "qwen.setUp"))

(defun qwen-lsp-diagnose ()
  "Say what works between here and the model, and what does not."
  (interactive)
  (qwen-lsp--execute "qwen.diagnose"))

(defun qwen-lsp-log ()
  "Open the log of the server."
  (interactive)
  (qwen-lsp--execute "qwen.showLog"))

(defun qwen-lsp-sign-in ()
  "Sign in to Qwen by a code that is entered in the browser."
  (interactive)
  (qwen-lsp--execute "qwen.signIn"))

(defun qwen-lsp-sign-out ()
  "Forget the sign-in."
  (interactive)
  (qwen-lsp--execute "qwen.signOut"))

(defvar-keymap qwen-lsp-map
  :doc "Keys for a prefix of one's own, such as C-c q."
  "a" #'eglot-code-actions
  "x" #'qwen-lsp-explain
  "r" #'qwen-lsp-refactor
  "e" #'qwen-lsp-edit
  "s" #'qwen-lsp-stop
  "k" #'qwen-lsp-keep
  "d" #'qwen-lsp-discard
  "t" #'qwen-lsp-retry
  "c" #'qwen-lsp-compare
  "n" #'qwen-lsp-next-change
  "p" #'qwen-lsp-previous-change)

;; What the server writes.  eglot itself makes its edits wherever the text has gone meanwhile, tells it what was
;; typed once there is a rest, and has undo stop where a key happened to be pressed.

(defvar-local qwen-lsp--written nil
  "What could be undone right after the last edit of the server's.")

(cl-defmethod eglot-handle-request
  (server (_method (eql qwen/applyEdit)) &key edit undoStopBefore undoStopAfter &allow-other-keys)
  "Let SERVER make EDIT if it knows all that was typed, and undo stop as asked.
The answer says whether it was made, and if not, why."
  (condition-case failed
      (let ((document (plist-get (aref (plist-get edit :documentChanges) 0) :textDocument)))
        (unless (integerp (plist-get document :version)) (error "The edit names no version"))
        (with-current-buffer (or (find-buffer-visiting (eglot-uri-to-path (plist-get document :uri)))
                                 (error "The buffer is closed"))
          (unless (eglot-managed-p) (error "The buffer is no longer served"))
          (barf-if-buffer-read-only)
          ;; What was typed counts from here, so that eglot refuses an edit for a version before it.
          (qwen-lsp--report)
          (if (eq undoStopBefore t) (undo-boundary) (qwen-lsp--join))
          (let ((eglot-confirm-server-edits nil))
            (eglot-handle-request server 'workspace/applyEdit :edit edit))
          (setq qwen-lsp--written buffer-undo-list)
          (when (eq undoStopAfter t) (undo-boundary))
          (qwen-lsp--report)
          '(:applied t)))
    (error `(:applied :json-false :failureReason ,(qwen-lsp--reason failed)))))

(defun qwen-lsp--reason (failed)
  "What the error FAILED says."
  (or (alist-get 'jsonrpc-error-message (cdr failed)) (error-message-string failed)))

(defun qwen-lsp--report ()
  "Tell the servers of this buffer at once how it has changed, where eglot lets us."
  (when (fboundp 'eglot--signal-textDocument/didChange)
    (eglot--signal-textDocument/didChange)))

(defun qwen-lsp--join ()
  "Let undo not stop behind what the server wrote last, if nothing was done since."
  (when (and (consp buffer-undo-list) (null (car buffer-undo-list)))
    (let ((done (seq-drop-while #'null buffer-undo-list)))
      (when (eq done qwen-lsp--written)
        (setq buffer-undo-list done)))))

(defun qwen-lsp--run (action &rest arguments)
  "Start ACTION on the region, or at point, with more ARGUMENTS."
  (apply #'qwen-lsp--execute-here "qwen.run" :action action :range (qwen-lsp--range) arguments)
  (deactivate-mark))

(defun qwen-lsp--execute-here (command &rest arguments)
  "Let the server execute COMMAND with ARGUMENTS about this buffer."
  (let ((uri (and buffer-file-name (eglot-path-to-uri buffer-file-name))))
    (apply #'qwen-lsp--execute command :uri uri arguments)))

(defun qwen-lsp--execute (command &rest arguments)
  "Let the server execute COMMAND with ARGUMENTS, one object, or say why not."
  (let ((server (or (eglot-current-server) (user-error "Start the server first: M-x qwen-lsp")))
        (argument (or arguments (make-hash-table))))
    (condition-case failed
        (eglot-execute server `(:command ,command :arguments [,argument]))
      (jsonrpc-error
       (user-error "%s" (qwen-lsp--reason failed))))))

(defun qwen-lsp--range ()
  "The region as LSP has it, or point."
  (if (use-region-p)
      `(:start ,(qwen-lsp--position (region-beginning)) :end ,(qwen-lsp--position (region-end)))
    `(:start ,(qwen-lsp--position (point)) :end ,(qwen-lsp--position (point)))))

(defun qwen-lsp--position (place)
  "PLACE as LSP has it, in the encoding that was agreed on."
  (save-excursion
    (save-restriction
      (widen)
      (goto-char place)
      `(:line ,(1- (line-number-at-pos)) :character ,(funcall eglot-current-linepos-function)))))

(provide 'qwen-lsp)
;;; qwen-lsp.el ends here
