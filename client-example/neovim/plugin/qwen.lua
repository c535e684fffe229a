-- qwen-lsp in Neovim 0.11 and newer. What the server offers for a selection is in the menu of code actions (gra);
-- these commands do the same without the menu, and what has no place in it.

--- The version that each buffer was opened with. Neovim says 0, also after a reload and under another name, and makes
--- an edit for version 0 whatever has changed since. Here it is where the version of the next change goes on from.
local opened = {}

local function open_at_changedtick(client)
  local notify = client.notify
  client.notify = function(self, method, params, bufnr)
    if method == 'textDocument/didOpen' and bufnr then
      opened[bufnr] = vim.api.nvim_buf_get_changedtick(bufnr)
      params.textDocument.version = opened[bufnr]
    end
    return notify(self, method, params, bufnr)
  end
end

--- Ends an undo step. Without that, undoing what was typed around an edit of a language server takes away rows that
--- neither of them has written (seen in 0.12.4).
local function part_undo(bufnr)
  vim.bo[bufnr].undolevels = vim.bo[bufnr].undolevels
end

--- Makes the server's edit if its buffer is open and at that version, and says so if not: Neovim says that it made an
--- edit also where it dropped it, and loads the file of a buffer that is gone.
local function apply_edit(err, params, context)
  local client = assert(vim.lsp.get_client_by_id(context.client_id))
  local changed = {}
  for _, change in ipairs(params.edit.documentChanges or {}) do
    local document = change.textDocument
    local bufnr = document and vim.iter(vim.tbl_keys(client.attached_buffers)):find(function(each)
      return vim.uri_from_bufnr(each) == document.uri
    end)
    if not bufnr then
      return { applied = false, failureReason = 'the buffer is closed' }
    end
    local version = math.max(vim.lsp.util.buf_versions[bufnr], opened[bufnr] or 0)
    if version ~= document.version then
      -- Neovim holds changes back for a while, longer where nobody stops typing; any message has it send them first.
      client:notify('$/setTrace', { value = 'off' })
      return { applied = false, failureReason = 'the buffer is at version ' .. version }
    end
    table.insert(changed, bufnr)
  end
  vim.iter(changed):each(part_undo)
  local answer = vim.lsp.handlers['workspace/applyEdit'](err, params, context)
  vim.iter(changed):each(part_undo)
  return answer
end

vim.lsp.config('qwen', {
  cmd = { 'qwen-lsp' },
  root_markers = { '.git' },
  on_init = open_at_changedtick,
  handlers = { ['workspace/applyEdit'] = apply_edit },
  -- init_options = { provider = 'ollama', model = 'qwen3-coder:30b' },
})
vim.lsp.enable('qwen')

local function execute(command, argument)
  local client = vim.lsp.get_clients({ name = 'qwen', bufnr = 0 })[1] or vim.lsp.get_clients({ name = 'qwen' })[1]
  if not client then
    vim.notify('qwen-lsp does not run; open a file first. :checkhealth vim.lsp says more.', vim.log.levels.WARN)
    return
  end
  if type(argument) == 'function' then
    argument = argument(client)
  end
  client:exec_cmd({ title = command, command = command, arguments = { argument } }, { bufnr = 0 })
end

--- The lines that a command was given, or where the cursor is, as an LSP range.
local function chosen(options, encoding)
  if options.range == 0 then
    return vim.lsp.util.make_range_params(0, encoding).range
  end
  local last = vim.fn.getline(options.line2)
  return {
    start = { line = options.line1 - 1, character = 0 },
    ['end'] = { line = options.line2 - 1, character = vim.str_utfindex(last, encoding) },
  }
end

local function run(action, options, instruction)
  execute('qwen.run', function(client)
    return {
      action = action,
      uri = vim.uri_from_bufnr(0),
      range = chosen(options, client.offset_encoding),
      instruction = instruction,
    }
  end)
end

local function command(name, does, options)
  vim.api.nvim_create_user_command('Qwen' .. name, does, options)
end

command('Explain', function(options)
  run('explain', options)
end, { range = true, desc = 'Explain the lines' })

command('Refactor', function(options)
  run('refactor', options)
end, { range = true, desc = 'Refactor the lines' })

command('Edit', function(options)
  local instruction = options.args ~= '' and options.args or vim.fn.input('What should change? ')
  if instruction ~= '' then
    run('edit', options, instruction)
  end
end, { range = true, nargs = '*', desc = 'Change the lines as you say' })

--- Commands about what was written here: a job of this buffer, or the change at the cursor.
local function here(argument)
  return function(client)
    local at = { uri = vim.uri_from_bufnr(0) }
    if argument == 'cursor' then
      at.range = vim.lsp.util.make_range_params(0, client.offset_encoding).range
    end
    return at
  end
end

command('Retry', function(options)
  execute('qwen.retry', function()
    return { uri = vim.uri_from_bufnr(0), instruction = options.args ~= '' and options.args or nil }
  end)
end, { nargs = '*', desc = 'Write it again, perhaps with another instruction' })

command('Ask', function(options)
  execute('qwen.ask', function()
    return { uri = vim.uri_from_bufnr(0), question = options.args }
  end)
end, { nargs = '+', desc = 'Ask about what was explained here' })

for name, about in pairs({
  Stop = { 'qwen.stop' },
  Keep = { 'qwen.keep', here() },
  Discard = { 'qwen.discard', here() },
  Compare = { 'qwen.compare', here() },
  NextChange = { 'qwen.nextChange', here('cursor') },
  PreviousChange = { 'qwen.previousChange', here('cursor') },
  Restore = { 'qwen.restore', here() },
  SignIn = { 'qwen.signIn' },
  SignOut = { 'qwen.signOut' },
  Status = { 'qwen.showStatus' },
  SetUp = { 'qwen.setUp' },
  Diagnose = { 'qwen.diagnose' },
  Log = { 'qwen.showLog' },
  OpenExplanation = { 'qwen.openExplanation' },
}) do
  command(name, function()
    execute(unpack(about))
  end, {})
end

-- Neovim 0.12 shows code lenses by itself once they are enabled, and runs one by grx.
vim.api.nvim_create_autocmd('LspAttach', {
  callback = function(event)
    local client = vim.lsp.get_client_by_id(event.data.client_id)
    if client and client.name == 'qwen' and vim.lsp.codelens.enable then
      vim.lsp.codelens.enable(true, { client_id = client.id })
    end
  end,
})
